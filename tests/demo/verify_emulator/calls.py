"""Two numbers, and the reading of an error."""

ANA = "+12015550101"


BEN = "+12015550102"


def refusal(response):
    return response.status_code, response.json()["code"]
