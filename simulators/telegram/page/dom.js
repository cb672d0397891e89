/** A little less to write for the DOM. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== undefined && child !== false));
  return made;
}

export const fill = (parent, children) => parent.replaceChildren(...children);
