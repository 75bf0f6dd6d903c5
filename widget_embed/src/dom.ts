/** Nodes without HTML. */

export type Props = Record<string, string | boolean | EventListener | undefined>;

/** An element with attributes (false and undefined leave one out) and listeners (`onclick` and its like). */
export function h<K extends string>(
  tag: K,
  props: Props = {},
  ...children: (Node | string)[]
): K extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[K] : HTMLElement {
  const element = document.createElement(tag) as any;
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element[name] = value;
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** A line drawing of 24 by 24 units, hidden from screen readers. */
export function icon(path: string): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.appendChild(document.createElementNS(svg.namespaceURI, "path")).setAttribute("d", path);
  return svg;
}
