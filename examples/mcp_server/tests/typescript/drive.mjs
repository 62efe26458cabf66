// Calls `refund` as the official TypeScript clients do, and writes down as a line of JSON what came of it.
//
//     node drive.mjs SERVER CLIENT SAYS…
//
// CLIENT: `sdk`, which speaks the protocol up to 2025-11-25; `client`, which takes the newest that both know; `legacy`, the
// same client where it has not been told to; `rounds`, the same with each round of the call made by hand, and the last twice.
// SAYS, what the user does, each time with a server of its own: `approve`, `refuse`, `decline`, `cancel`; `nothing`, where the
// client can ask nobody.
const [server, kind, ...all] = process.argv.slice(2)
const answers = {
  approve: { action: 'accept', content: { approve: true } },
  refuse: { action: 'accept', content: { approve: false, reason: 'she was paid already' } },
  decline: { action: 'decline' },
  cancel: { action: 'cancel' },
}
const refund = { name: 'refund', arguments: { amount: 40, to: 'ana@example.com' } }
const info = { name: 'desk client', version: '1.0.0' }

let Client, StdioClientTransport, question
const options = {}
if (kind === 'sdk') {
  ;({ Client } = await import('@modelcontextprotocol/sdk/client/index.js'))
  ;({ StdioClientTransport } = await import('@modelcontextprotocol/sdk/client/stdio.js'))
  question = (await import('@modelcontextprotocol/sdk/types.js')).ElicitRequestSchema
} else {
  ;({ Client } = await import('@modelcontextprotocol/client'))
  ;({ StdioClientTransport } = await import('@modelcontextprotocol/client/stdio'))
  question = 'elicitation/create'
  if (kind !== 'legacy') options.versionNegotiation = { mode: 'auto' }
  if (kind === 'rounds') options.inputRequired = { autoFulfill: false }
}

async function drive(says) {
  const asked = []
  const ask = async (request) => {
    asked.push(request.params.message)
    return answers[says]
  }
  const canAsk = says !== 'nothing'
  const client = new Client(info, { capabilities: canAsk ? { elicitation: { form: {} } } : {}, ...options })
  if (canAsk) client.setRequestHandler(question, ask)
  const transport = new StdioClientTransport({ command: server })
  let protocol
  // How both clients tell a transport what was agreed on.
  transport.setProtocolVersion = (version) => (protocol = version)
  await client.connect(transport)

  const results = []
  if (kind === 'rounds') {
    const first = await client.callTool(refund, { allowInputRequired: true })
    const [[name, form]] = Object.entries(first.inputRequests)
    const again = { ...refund, inputResponses: { [name]: await ask(form) }, requestState: first.requestState }
    for (const params of [again, again]) results.push(await client.callTool(params, { allowInputRequired: true }))
  } else {
    results.push(await client.callTool(refund))
  }
  const told = results.map(({ content: [{ text }], isError }) => [text, isError ?? false])
  console.log(JSON.stringify({ protocol, server: client.getServerVersion(), asked, told }))
  await client.close()
}

for (const says of all) await drive(says)
