import type { Command } from 'commander'
import type { OutputOf } from '../../control/call.ts'
import { mostContacts } from '../../control/operations/contacts.ts'
import { parseContactsCsv } from '../contactsCsv.ts'
import { contactStateText } from '../contactState.ts'
import { type CommandHost, contextOf } from '../context.ts'
import { readInput } from '../io.ts'
import { parseCount } from '../numbers.ts'
import { table, when } from '../output.ts'

interface ListOptions {
  readonly site: string
  readonly find?: string
  readonly touched?: boolean
  readonly limit: string
}

export function addContactsCommand(program: Command, host: CommandHost): void {
  const contacts = program
    .command('contacts')
    .description('the built-in contact store, which takes the place of a CiviCRM where there is none')

  contacts
    .command('list')
    .description('contacts with the state of their addresses')
    .requiredOption('--site <site>', 'a site with the built-in store')
    .option('--find <text>', 'part of a name or address')
    .option('--touched', 'only those that a bounce, hold or opt-out has touched')
    .option('--limit <number>', 'at most so many', '100')
    .action(async (options: ListOptions, command: Command) => {
      const context = contextOf(command, host)
      const found = await context.ask('contacts.list', {
        site: options.site,
        text: options.find,
        touched: options.touched,
        limit: parseCount(options.limit, '--limit', 10_000),
      })
      context.print(found, (list) => listText(list, host.io.columns))
    })

  contacts
    .command('import <file>')
    .description('add contacts from CSV (UTF-8) with the columns name and email (- reads standard input)')
    .requiredOption('--site <site>', 'a site with the built-in store')
    .addHelpText(
      'after',
      '\nWho is there already, with this name and address, is left out: a file can be imported again.\n\n' +
        'Example:\n  civicrm-ses contacts import people.csv --site main\n',
    )
    .action(async (file: string, options: { readonly site: string }, command: Command) => {
      const context = contextOf(command, host)
      const rows = parseContactsCsv(await readInput(file, host.io), file)
      const added: OutputOf<'contacts.add'>[number][] = []
      for (let start = 0; start < rows.length; start += mostContacts) {
        const contacts = rows.slice(start, start + mostContacts)
        added.push(...(await context.ask('contacts.add', { site: options.site, contacts })))
      }
      context.print(added, (list) => {
        const there = rows.length - list.length
        const left = there === 0 ? '' : ` ${there} ${there === 1 ? 'was' : 'were'} there already.`
        return `Added ${list.length} contact${list.length === 1 ? '' : 's'}.${left}\n`
      })
    })

  contacts
    .command('release <email-id>')
    .description('take an address off hold; earlier bounces no longer count')
    .requiredOption('--site <site>', 'a site with the built-in store')
    .action(async (emailId: string, options: { readonly site: string }, command: Command) => {
      const context = contextOf(command, host)
      const id = parseCount(emailId, 'the id')
      const done = await context.ask('contacts.release', { site: options.site, emailId: id })
      context.print(done, ({ released }) => (released ? `Released ${id}.\n` : `${id} is not on hold.\n`))
    })
}

function listText(contacts: OutputOf<'contacts.list'>, width: number | null): string {
  const rows = contacts.flatMap((contact) => contact.emails.map((email) => ({ contact, email })))
  if (rows.length === 0) return 'No contact fits.\n'
  return table(
    [
      { title: 'Email id', value: ({ email }) => email.emailId },
      { title: 'Name', value: ({ contact }) => contact.name },
      { title: 'Address', value: ({ email }) => email.email },
      { title: 'State', value: ({ contact, email }) => contactStateText(contact, email) },
      { title: 'Last bounce (UTC)', value: ({ email }) => when(email.bounces[0]?.at ?? null) },
      { title: 'Reason', value: ({ email }) => email.bounces[0]?.reason ?? '' },
    ],
    rows,
    width,
  )
}
