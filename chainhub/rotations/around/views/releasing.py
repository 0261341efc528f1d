"""Photos, slides and news of a session: handed in, reviewed, released."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.errors import Invalid
from chainhub.documents.attachments import rules as files
from chainhub.documents.attachments import service as attachments
from chainhub.documents.attachments.service import FIELD, Upload
from chainhub.rotations.around import forms, presenting, queries
from chainhub.rotations.around.fields import Form
from chainhub.rotations.around.service import releasing, standing
from chainhub.rotations.around.terms import Review
from chainhub.rotations.around.views.door import HOSTS, PEOPLE, asked, bp, day_of, file, storage
from chainhub.rotations.forms import number
from chainhub.web import doors


@bp.route("/salons/<int:id_>/files", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
@doors.body_most(files.BODY_MOST)
def salon_files(id_: int) -> ResponseReturnValue:
    """Show the files that this person may see; take more. They are looked at before anything is written."""
    error = ""
    if request.method == "POST":
        with doors.reading() as work:
            releasing.demand_upload(work, id_)
        try:
            sent = [Upload(one.filename, one.stream) for one in request.files.getlist(FIELD) if one.filename]
            sound = attachments.examine(sent)
            with storage().keeping() as shelf, doors.work() as work:
                releasing.upload(work, shelf, id_, sound)
        except Invalid as refusal:
            error = "".join(one for said in refusal.errors.values() for one in said) or refusal.title
        else:
            flash(f"{len(sound)} 个文件传上去了，审核以后别人才看得到。")
            return redirect(url_for(".salon_files", id_=id_), code=303)
    return make_response(_files_page(id_, error), 422 if error else 200)


def _files_page(id_: int, error: str) -> str:
    said = request.args.get("after", "")
    begin = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
    with doors.reading() as work:
        place = standing.at(work, id_)
        found, more = queries.files(work.session, place.salon, every=place.prepares, after=begin)
        here = url_for(".salon_files", id_=id_)
        news = releasing.news(work, place)
        return render_template(
            "rotations/around/files.html",
            salon=place.salon,
            day=day_of(place),
            files=[presenting.file(place, one, attachment) for one, attachment in found],
            news=presenting.news(news, place) if news else None,
            prepares=place.prepares,
            keeps=place.keeps,
            may_upload=presenting.may_upload(place),
            may_write=presenting.may_write_news(place, news),
            error=error,
            taken=files.TAKEN,
            back_url=place.salon.link,
            next_url=f"{here}?after={more}" if more else "",
            first_url=here if begin else "",
        )


@bp.get("/salons/<int:id_>/files/<int:file_id>")
@doors.signed_in(*PEOPLE)
def salon_file(id_: int, file_id: int) -> ResponseReturnValue:
    with doors.reading() as work:
        return file(releasing.find_file(work, id_, file_id)[2])


@bp.post("/salons/<int:id_>/files/<int:file_id>/release")
@doors.signed_in(*HOSTS)
def release_file(id_: int, file_id: int) -> ResponseReturnValue:
    with doors.work() as work:
        releasing.decide_file(work, id_, file_id, Review.RELEASED)
    flash("发布了，本链的企业都看得到。")
    return redirect(url_for(".salon_files", id_=id_), code=303)


@bp.route("/salons/<int:id_>/files/<int:file_id>/return", methods=["GET", "POST"])
@doors.signed_in(*HOSTS)
def return_file(id_: int, file_id: int) -> ResponseReturnValue:
    """Return a file, or take a released one down, with the reason."""
    with doors.work() if request.method == "POST" else doors.reading() as work:
        place, _, attachment = releasing.find_file(work, id_, file_id)
        standing.demand_keeper(place)
        form = forms.made(Form.RETURN)
        if not form.validate_on_submit():
            words: dict[str, object] = {
                "title": f"退回“{attachment.name}”",
                "button": "退回",
                "back_url": url_for(".salon_files", id_=id_),
            }
            return asked(place, form, words, 200 if request.method == "GET" else 422)
        releasing.decide_file(work, id_, file_id, Review.RETURNED, form.given()["why"])
    flash("退回了，别人看不到。")
    return redirect(url_for(".salon_files", id_=id_), code=303)


@bp.route("/salons/<int:id_>/news", methods=["GET", "POST"])
@doors.signed_in(*HOSTS)
def write_news(id_: int) -> ResponseReturnValue:
    """Write the news: kept as a draft, or sent to the committee."""
    with doors.work() if request.method == "POST" else doors.reading() as work:
        version = number(request.form.get("version", ""))
        place, found = releasing.permit_news(work, id_, version)
        form = forms.made(Form.NEWS)
        if request.method == "GET" or not form.validate():
            if request.method == "GET" and found is not None:
                form["title"].data, form["text"].data = found.title, found.text
                form["version"].data = str(found.version)
            words: dict[str, object] = {
                "title": "新闻稿",
                "lead": "产业链党委审核发布以后，本链的企业才看得到。",
                "button": "送审",
                "second": ("send", "no", "先存草稿"),
                "back_url": url_for(".salon_files", id_=id_),
            }
            return asked(place, form, words, 200 if request.method == "GET" else 422)
        send = request.form.get("send") != "no"
        releasing.write_news(work, id_, form.given(), send=send, version=version)
    flash("送去审核了。" if send else "草稿存好了。")
    return redirect(url_for(".salon_files", id_=id_), code=303)


@bp.post("/salons/<int:id_>/news/release")
@doors.signed_in(*HOSTS)
def release_news(id_: int) -> ResponseReturnValue:
    with doors.work() as work:
        releasing.decide_news(work, id_, Review.RELEASED)
    flash("新闻稿发布了，本链的企业都收到了通知。")
    return redirect(url_for(".salon_files", id_=id_), code=303)


@bp.route("/salons/<int:id_>/news/return", methods=["GET", "POST"])
@doors.signed_in(*HOSTS)
def return_news(id_: int) -> ResponseReturnValue:
    """Return the news, or take it down, with the reason."""
    with doors.work() if request.method == "POST" else doors.reading() as work:
        place = standing.at(work, id_)
        standing.demand_keeper(place)
        form = forms.made(Form.RETURN)
        if not form.validate_on_submit():
            words: dict[str, object] = {
                "title": "退回新闻稿",
                "button": "退回",
                "back_url": url_for(".salon_files", id_=id_),
            }
            return asked(place, form, words, 200 if request.method == "GET" else 422)
        releasing.decide_news(work, id_, Review.RETURNED, form.given()["why"])
    flash("新闻稿退回了。")
    return redirect(url_for(".salon_files", id_=id_), code=303)
