// The service worker: it shows what the server pushes and opens the conversation when somebody clicks on it.
// It keeps no pages and answers no requests.

const ICON = "/icons/192.png";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  let news = {};
  try {
    news = event.data?.json() ?? {};
  } catch {
    // Not ours. Something must be shown for every push, or the browser takes the permission away.
  }
  event.waitUntil(tell(news));
});

async function tell({ room = "", title = "chatbeside", body = "New messages" }) {
  const options = { body, tag: room || "chatbeside", icon: ICON, badge: ICON, silent: true, data: { room } };
  await self.registration.showNotification(title, options);
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.room ?? ""));
});

/** Bring a page of the chat to the front and have it open the conversation; without one, open a new page. */
async function open(room) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((one) => one.focused) ?? pages.find((one) => new URL(one.url).pathname === "/") ?? pages[0];
  const path = room ? `/?room=${encodeURIComponent(room)}` : "/";
  if (!page) {
    await self.clients.openWindow(path);
    return;
  }
  await page.focus();
  page.postMessage({ type: "open room", room });
}
