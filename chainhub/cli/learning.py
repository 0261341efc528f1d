"""Commands of what is learnt from past tickets."""

import click

from chainhub.cli import opening
from chainhub.finding import training
from chainhub.tickets.hints import service


@click.command()
def train() -> None:
    """Learn anew which category and unit a matter most likely is; the scheduler does so each week."""
    if not training.is_installed():
        raise click.ClickException("这里没有装 scikit-learn，学不了。请先装上 chainhub[ml]。")
    for one in service.train(opening.work):
        click.echo(_line(one))


def _line(one: service.Learnt) -> str:
    if one.digest:
        told = f"自测宏平均 F1 {one.figures['macro_f1']:.3f}，前两个里有 {one.figures['top2'] * 100:.1f}%"
        return f"{one.what.label}：从 {one.tickets} 件学成了，{told}。"
    why = "自测不过关" if one.figures else f"历史太少，要有两种各满 {training.LEAST} 件的"
    return f"{one.what.label}：没有学成，{why}。"


COMMANDS = (train,)
