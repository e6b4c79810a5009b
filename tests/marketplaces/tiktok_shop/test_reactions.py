import pytest

from daemon.marketplaces.tiktok_shop.models import Envelope
from daemon.marketplaces.tiktok_shop.reactions import Reaction, message_code, reaction_to


@pytest.mark.parametrize(
    ("status", "code", "message", "reaction"),
    [
        (200, 0, "Success", Reaction.DONE),
        (500, 0, "Success", Reaction.REPEAT),
        (429, 36009002, "", Reaction.WAIT),
        (200, 36009002, "", Reaction.WAIT),
        (429, 36009037, "", Reaction.QUOTA),
        (200, 12052109, "", Reaction.WAIT),
        (429, 77, "", Reaction.WAIT),
        (500, 36009003, "", Reaction.REPEAT),
        (200, 36009007, "", Reaction.REPEAT),
        (200, 12001000, "", Reaction.REPEAT),
        (200, 10037003, "", Reaction.REPEAT),
        (503, 77, "", Reaction.REPEAT),
        (401, 105002, "Expired credentials.", Reaction.NEW_TOKEN),
        (400, 36009004, "The 'timestamp' query parameter is old", Reaction.CORRECT_CLOCK),
        (401, 106001, "", Reaction.SIGNATURE),
        (200, 12019113, "Product status invalid", Reaction.REFUSED),
        (200, 99999999, "a code of next year", Reaction.REFUSED),
        (400, 36009004, "Field 'page_size' is odd", Reaction.REFUSED),
    ],
)
def test_the_code_decides_and_the_status_helps(status, code, message, reaction):
    assert reaction_to(status, Envelope(code=code, message=message)) is reaction


@pytest.mark.parametrize(
    ("status", "reaction"),
    [(429, Reaction.WAIT), (200, Reaction.REPEAT), (404, Reaction.REPEAT), (502, Reaction.REPEAT)],
)
def test_a_body_that_is_no_answer_is_judged_by_its_status(status, reaction):
    assert reaction_to(status, None) is reaction


@pytest.mark.parametrize(
    ("code", "message", "person"),
    [
        (105005, "Access denied.", "shop.permission_missing"),
        (36009043, "", "shop.disabled"),
        (36009033, "", "shop.address_not_allowed"),
        (36004001, "", "shop.authorization_ended"),
        (101000, "", "shop.token_of_another_shop"),
        (106013, "Missing identifier.", "shop.wrong_cipher"),
        (36009004, "The 'shop_cipher' query parameter is unknown", "shop.wrong_cipher"),
        (36009004, "The 'app_key' query parameter is unknown", "shop.wrong_app_key"),
    ],
)
def test_what_only_a_person_can_cure_names_its_message(code, message, person):
    envelope = Envelope(code=code, message=message)
    assert reaction_to(401, envelope) is Reaction.PERSON
    assert message_code(envelope) == person
