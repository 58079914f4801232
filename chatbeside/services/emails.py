"""The form of e-mail addresses."""

from typing import Final

from email_validator import EmailNotValidError, validate_email

from chatbeside.domain.errors import InvalidInput

EMAIL_MOST: Final = 254
"""Characters of the longest address that mail knows (RFC 5321, 4.5.3.1.3)."""


def check_email(email: str) -> str:
    """Return the address in its normal form (RFC 5322, RFC 6531). No mail server is asked.

    Raises:
        InvalidInput: ``fields["email"]`` says what is wrong.
    """
    email = email.strip()
    before, at, domain = email.rpartition("@")
    problem = None
    if len(email) > EMAIL_MOST:
        problem = "This address is too long"
    elif not at:
        problem = "This address has no @, as in name@example.org"
    elif not before:
        problem = "This address has nothing before the @"
    elif not domain:
        problem = "This address has nothing after the @, such as example.org"
    elif "." not in domain:
        problem = "This address has no ending, such as .org"
    else:
        try:
            return validate_email(email, check_deliverability=False).normalized
        except EmailNotValidError as error:
            problem = str(error)
    raise InvalidInput("Check the address.", fields={"email": problem})
