import pytest

from chatbeside.services.devices import Device, device_of


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            Device("Firefox on Linux", "computer"),
        ),
        (
            "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
            Device("Chrome on Android", "phone"),
        ),
        ("python-httpx/0.28.1", Device("python-httpx", "program")),
        ("", Device("Unknown device", "program")),
        ("\x00\x1b[31m<b>", Device("Unknown device", "program")),
    ],
)
def test_devices_have_names(user_agent: str, device: Device) -> None:
    assert device_of(user_agent) == device
