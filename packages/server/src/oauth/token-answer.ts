/** RFC 6749 section 5.1; the headers are those of the protocol library. */
export const tokenAnswer = (body: object, status = 200): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'cache-control': 'no-store', 'content-type': 'application/json; charset=utf-8' },
  })
