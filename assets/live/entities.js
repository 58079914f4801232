// Named characters such as `&hearts;`, for the renderer of messages: the browser knows them all, so the page does not
// bring a table of them. It stands in for the package `entities`; see `chatbeside/launch/light_page.py`.

const known = new Map();

/** What one reference means, for example "&hearts;"; what is none stays as it is. */
export function decodeHTMLStrict(reference) {
  let meant = known.get(reference);
  if (meant === undefined) {
    const field = document.createElement("textarea");
    field.innerHTML = reference;
    meant = field.value;
    // Old names count without a semicolon too: of `&notit;` the browser reads `&not`, and `it;` is left.
    if (meant.endsWith(";") && reference !== "&semi;") meant = reference;
    known.set(reference, meant);
  }
  return meant;
}
