// A person's browser, as far as signing in and out needs one: it keeps cookies, follows redirects and fills in forms.
const person = { username: process.env.PERSON_NAME, password: process.env.PERSON_PASSWORD, province: '31', decision: 'allow' }

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', '#38': '&', '#60': '<', '#62': '>', '#34': '"', '#39': "'" }
const decode = (text) => text.replace(/&(#?\w+);/g, (whole, name) => entities[name] ?? whole)
const attribute = (tag, name) => decode(new RegExp(`${name}="([^"]*)"`).exec(tag)?.[1] ?? '')

// The form that the page is about: its address, and its fields as they stand there with what the person adds.
function read(html, url) {
  const main = /<main[\s\S]*?<\/main>/.exec(html)?.[0] ?? html
  const form = /<form[\s\S]*?<\/form>/.exec(main)?.[0]
  if (!form) throw new Error(`there is no form at ${url}:\n${main.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')}`)
  const fields = new URLSearchParams()
  for (const [tag] of form.matchAll(/<(?:input|button|select)[^>]*>/g)) {
    const name = attribute(tag, 'name')
    const unticked = /type="checkbox"/.test(tag) && !/ checked/.test(tag)
    if (name && !unticked && (tag.startsWith('<input') || name in person)) {
      fields.set(name, person[name] ?? attribute(tag, 'value'))
    }
  }
  return { url: new URL(attribute(form, 'action') || url, url), fields }
}

export class Browser {
  #cookies = new Map()

  async #send(url, options = {}) {
    const cookie = [...this.#cookies].map((pair) => pair.join('=')).join('; ')
    const response = await fetch(url, { redirect: 'manual', ...options, headers: { cookie, ...options.headers } })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]*)=([^;]*)/.exec(line)
      if (/max-age=0/i.test(line)) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return response
  }

  // From that address to one that begins with `end`: its URL, or the request of a form that would go there.
  async open(start, end) {
    let url = new URL(start)
    let response = await this.#send(url)
    for (let step = 0; step < 20; step++) {
      const location = response.headers.get('location')
      if (location) {
        url = new URL(location, url)
        if (url.href.startsWith(end)) return url
        response = await this.#send(url)
        continue
      }
      const form = read(await response.text(), url)
      url = form.url
      if (url.href.startsWith(end)) return new Request(url, { method: 'POST', body: form.fields })
      response = await this.#send(url, { method: 'POST', body: form.fields, headers: { origin: url.origin } })
    }
    throw new Error(`twenty steps did not lead to ${end}`)
  }
}
