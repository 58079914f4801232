// The preview of a link as the page shows it. It was made by the server; still only a web address becomes a link.

export const NO_LINK = Object.freeze({ url: "", title: "", description: "", site: "", picture: "" });

const text = (value) => (typeof value === "string" ? value : "");

export function linkView(preview) {
  const url = text(preview?.url);
  if (!/^https?:\/\//i.test(url) || !text(preview.title)) return NO_LINK;
  const picture = text(preview.picture);
  return {
    url,
    title: text(preview.title),
    description: text(preview.description),
    site: text(preview.site),
    picture: picture.startsWith("data:image/webp;base64,") ? picture : "",
  };
}
