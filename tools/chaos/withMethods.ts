/** The same part with some methods replaced; the others keep their own `this`. */
export function withMethods<Part extends object>(part: Part, replaced: Partial<Part>): Part {
  return new Proxy(part, {
    get(target, name, receiver) {
      const own: unknown = Reflect.get(replaced, name, receiver)
      if (own !== undefined) return own
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
