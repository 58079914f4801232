"""Draws the PNG icons of the installed app, ``assets/icons``, from the shapes and colours of ``assets/mark.svg``.

Run it after a change of the mark: ``python -m scripts.icons``.
"""

from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).resolve().parents[1] / "assets" / "icons"
_PAPER, _DARK, _GOLD = "#fdfcfa", "#221e19", "#efb543"
_UNITS = 32  # of the mark's own coordinates
_FINER = 4


def draw(size: int, *, share: float) -> Image.Image:
    """Return the mark on paper.

    Args:
        size: Width and height in pixels.
        share: How much of the width the mark takes. Maskable icons may lose all outside 80 % of it.
    """
    whole = size * _FINER
    image = Image.new("RGB", (whole, whole), _PAPER)
    pen = ImageDraw.Draw(image)
    unit = whole * share / _UNITS
    margin = whole * (1 - share) / 2

    def form(left: float, top: float, right: float, bottom: float, color: str) -> None:
        """Draw a form that is round but for its lower corner at the side, as a speech mark is."""
        box = [margin + unit * value for value in (left, top, right, bottom)]
        corners = (True, True, color == _DARK, color == _GOLD)  # from the upper left, clockwise
        pen.rounded_rectangle(box, radius=(box[2] - box[0]) / 2, fill=color, corners=corners)

    form(3, 6, 17, 28, _DARK)
    form(19, 12.5, 29, 28, _GOLD)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def main() -> None:
    """Write the icons."""
    FOLDER.mkdir(exist_ok=True)
    for name, size, share in (("192", 192, 0.8), ("512", 512, 0.8), ("512-maskable", 512, 0.6), ("180", 180, 0.8)):
        draw(size, share=share).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
