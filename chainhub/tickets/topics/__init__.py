"""本月同类问题: recent tickets grouped by what they are about. The groups are made by a job; pages count what each reader sees."""
