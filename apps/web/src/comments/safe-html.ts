const TAGS = new Set('p br strong em s del code pre blockquote ul ol li a span'.split(' '));

/**
 * A comment's HTML as nodes. The server sanitised it; this is the second wall: known elements without attributes,
 * links to the web only. What is unknown is left out but for its text.
 */
export function safeHtml(html: string): DocumentFragment {
  const parsed = new DOMParser().parseFromString(html, 'text/html');
  const fragment = document.createDocumentFragment();
  copy(parsed.body, fragment);
  return fragment;
}

function copy(from: Node, to: Node): void {
  for (const child of from.childNodes) {
    if (child instanceof Text) to.appendChild(document.createTextNode(child.data));
    else if (child instanceof Element) copyElement(child, to);
  }
}

function copyElement(source: Element, to: Node): void {
  const tag = source.localName;
  if (tag === 'script' || tag === 'style' || tag === 'template') return;
  const target = TAGS.has(tag) ? document.createElement(tag) : document.createDocumentFragment();
  if (target instanceof HTMLAnchorElement) link(source, target);
  else if (target instanceof HTMLSpanElement && source.className === 'mention') target.className = 'mention';
  copy(source, target);
  to.appendChild(target);
}

function link(source: Element, target: HTMLAnchorElement): void {
  const url = URL.parse(source.getAttribute('href') ?? '');
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return;
  target.href = url.href;
  target.rel = 'nofollow ugc noopener';
  target.target = '_blank';
}
