import type { IDataObject } from 'n8n-workflow';
import prettyMs from 'pretty-ms';
import { UserFacingError } from './bootstrap/userFacingError';
import { ensureBuilt } from './lib/build';
import { Checks } from './lib/checks';
import type { DemoFlags } from './lib/demo';
import { choosePorts, demoFlags, leaveOpen, saveCredential } from './lib/demo';
import { each } from './lib/each';
import { withPackage } from './lib/examples';
import { wholeNumber } from './lib/flags';
import type { Cleanup } from './lib/foreground';
import { inForeground } from './lib/foreground';
import { ensureN8n } from './lib/n8n/install';
import { say, step } from './lib/progress';
import { figuresOf, journalOf } from './lib/queue/journal';
import { findPrograms } from './lib/queue/programs';
import { QueueStage } from './lib/queue/stage';
import type { SandboxHandle } from './lib/sandbox';
import { startSandbox } from './lib/sandbox';

interface Flags extends DemoFlags {
	webhooks: number;
	workers: number;
}

/** Forms arrive so many at a time: those of one person reach several processes at the same moment. */
const [FORMS, PEOPLE, AT_A_TIME] = [20, 6, 10];

async function demo(cleanup: Cleanup): Promise<number> {
	const started = Date.now();
	const flags = demoFlags('demo:queue')
		.option('--webhooks <n>', 'webhook processes', wholeNumber(8), 1)
		.option('--workers <n>', 'workers', wholeNumber(16), 2)
		.parse()
		.opts<Flags>();
	findPrograms();
	const ports = await choosePorts('demo:queue', flags);
	await ensureBuilt();
	await ensureN8n();
	const { stage, sandbox } = await step(
		`Starting Postgres, Redis, the sandbox, and n8n: main, ${flags.webhooks} for webhooks, ${flags.workers} workers (about a minute)`,
		async () => await startAll(cleanup, ports, flags),
	);
	const { workflow, checks } = await sendForms(stage, sandbox, flags);
	checks.sum(prettyMs(Date.now() - started));
	if (flags.once) return checks.wrong === 0 ? 0 : 1;
	return await leaveOpen(`${stage.queue.url}/workflow/${workflow}/executions`, sandbox);
}

async function startAll(
	cleanup: Cleanup,
	ports: { n8n: number; sandbox: number },
	{ webhooks, workers }: Flags,
) {
	const opening = QueueStage.open({ port: ports.n8n, webhooks, workers });
	const starting = startSandbox({ port: ports.sandbox });
	cleanup.unshift(
		async () =>
			await Promise.allSettled([
				opening.then(async (stage) => await stage.close()),
				starting.then(async (sandbox) => await sandbox.stop()),
			]),
	);
	const [stage, sandbox] = await Promise.all([opening, starting]);
	return { stage, sandbox };
}

/** Sends the form of the example "form to lead" many times, and counts what became of it. */
async function sendForms(stage: QueueStage, sandbox: SandboxHandle, { webhooks, workers }: Flags) {
	const saved = await saveCredential(stage.client, sandbox);
	const workflow = withPackage('form-to-lead');
	const form = workflow.nodes.find(({ webhookId }) => webhookId);
	if (!form) throw new UserFacingError('examples/form-to-lead.json has no form.');
	const entrance = await stage.publish({ workflow, path: `/form/${form.webhookId}` }, [saved]);
	const stored = async (what: string) => await sandbox.control<IDataObject[]>('GET', `records/${what}`);
	const [customers, comments] = [await stored('customer'), await stored('communication')];
	await sandbox.control('DELETE', 'journal');

	const numbers = Array.from({ length: FORMS }, (_, index) => index);
	const { succeeded } = await step(
		`${FORMS} forms of ${PEOPLE} people, ${AT_A_TIME} at a time (about a minute)`,
		async () => {
			await each(numbers, AT_A_TIME, async (index) => await entrance.post(filled(index)));
			return await stage.finished(entrance.workflow, FORMS);
		},
	);
	const { accepted, refused, logins, perSecond } = figuresOf(await journalOf(sandbox));
	const added = (await stored('customer')).length - customers.length;
	const written = (await stored('communication')).length - comments.length;

	say(`\nn8n ran "${workflow.name}" in ${webhooks} webhook process(es) and ${workers} workers:\n`);
	const line = (title: string, count: string | number) => say(`  ${title.padEnd(34)} ${count}`);
	line('forms sent', FORMS);
	line('executions that succeeded', succeeded);
	line('new customers in AlfaCRM', added);
	line('comments there', written);
	line('calls of AlfaCRM', accepted);
	line('calls a second', perSecond.toFixed(1));
	line('calls refused as too many (429)', refused);
	line('logins', logins);
	for (const reason of await stage.reasonsOf(await stage.failed(entrance.workflow))) say(`  ${reason}`);
	say('');
	const checks = new Checks();
	checks.check('No form is lost', `${succeeded} of ${FORMS}`, succeeded === FORMS);
	checks.check('None is doubled', `${added} customers of ${PEOPLE} phones`, added === PEOPLE);
	checks.check('Each has a comment', `${written} comments`, written === FORMS);
	return { workflow: entrance.workflow, checks };
}

/** As a browser sends it; forms of one person right behind each other. */
function filled(index: number): FormData {
	const person = Math.floor((index * PEOPLE) / FORMS);
	const body = new FormData();
	const answers = [`Заявка ${person + 1}`, `+7 955 300-00-0${person}`, '', `Вопрос ${index + 1}`];
	answers.forEach((answer, field) => body.append(`field-${field}`, answer));
	return body;
}

/** `npm run demo:queue` */
export const main = async () => await inForeground(demo);
