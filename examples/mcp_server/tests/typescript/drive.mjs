// Calls `refund` as the official TypeScript clients do, and writes down as a line of JSON what came of it.
//
//     node drive.mjs SERVER CLIENT SAYS
//
// CLIENT: `sdk`, which speaks the protocol up to 2025-11-25; `client`, which takes the newest that both know; `rounds`,
// which is the same with each round of the call made by hand, and the last one twice.
// SAYS, what the user does: `approve`, `refuse`, `decline`, `cancel`; `nothing`, where the client can ask nobody.
import * as newest from '@modelcontextprotocol/client'
import * as newestStdio from '@modelcontextprotocol/client/stdio'
import * as sdk from '@modelcontextprotocol/sdk/client/index.js'
import * as sdkStdio from '@modelcontextprotocol/sdk/client/stdio.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'

const [server, kind, says] = process.argv.slice(2)
const answers = {
  approve: { action: 'accept', content: { approve: true } },
  refuse: { action: 'accept', content: { approve: false, reason: 'she was paid already' } },
  decline: { action: 'decline' },
  cancel: { action: 'cancel' },
}
const refund = { name: 'refund', arguments: { amount: 40, to: 'ana@example.com' } }
const info = { name: 'desk client', version: '1.0.0' }
const capabilities = says === 'nothing' ? {} : { elicitation: { form: {} } }

const asked = []
const ask = async (request) => {
  asked.push(request.params.message)
  return answers[says]
}

const [Client, Stdio, options] =
  kind === 'sdk'
    ? [sdk.Client, sdkStdio.StdioClientTransport, {}]
    : [newest.Client, newestStdio.StdioClientTransport, { versionNegotiation: { mode: 'auto' } }]
if (kind === 'rounds') options.inputRequired = { autoFulfill: false }
const client = new Client(info, { capabilities, ...options })
if (says !== 'nothing') client.setRequestHandler(kind === 'sdk' ? ElicitRequestSchema : 'elicitation/create', ask)
await client.connect(new Stdio({ command: server }))

const results = []
if (kind === 'rounds') {
  const first = await client.callTool(refund, { allowInputRequired: true })
  const [[name, question]] = Object.entries(first.inputRequests)
  const again = { ...refund, inputResponses: { [name]: await ask(question) }, requestState: first.requestState }
  for (const params of [again, again]) results.push(await client.callTool(params, { allowInputRequired: true }))
} else {
  results.push(await client.callTool(refund))
}
const told = results.map(({ content: [{ text }], isError }) => ({ text, isError: isError ?? false }))
console.log(JSON.stringify({ server: client.getServerVersion(), asked, told }))
await client.close()
