import pWaitFor from 'p-wait-for';
import type { Sandbox, Settings } from '../../../sandbox';
import { forEachConcurrently } from '../forEachConcurrently';
import type { ChainedNode } from '../n8n/chain';
import { makeAlfaCrmNode } from '../n8n/chain';
import type { SavedCredential } from '../n8n/types';
import { credentialDataFor, withSandbox } from '../sandbox';
import type { Entrance, QueueStage } from './stage';

/** What a load came to. */
export interface Figures {
	executions: number;
	succeeded: number;
	/** Why the others did not, each reason once. */
	failures: string[];
	/** Until the last execution was saved. */
	seconds: number;
	/** Calls that the limit let pass, logins included. */
	accepted: number;
	logins: number;
	/** Calls that were answered with 429. */
	refused: number;
	/** Accepted calls, by the time from the first one to the last. */
	perSecond: number;
}

/** What AlfaCRM allows. */
const LIMIT = 5;
/** Forms and the like arrive so many at a time. */
const AT_A_TIME = 40;

/** A school with a credential for it in n8n, which keeps to its limit. */
export async function withSchool<T>(
	stage: QueueStage,
	settings: Partial<Settings> & { rateLimit: number },
	work: (sandbox: Sandbox, credential: SavedCredential) => Promise<T>,
): Promise<T> {
	const options = { customers: 60, settings: { latencyMs: 60, ...settings } };
	return await withSandbox(options, async (sandbox) => {
		const data = { ...credentialDataFor(sandbox), advanced: true, requestsPerSecond: settings.rateLimit };
		const credential = { name: 'AlfaCRM', type: 'alfaCrmApi', data };
		return await work(sandbox, await stage.client.createCredential(credential));
	});
}

/** Starts an execution for each body, and counts what became of them. */
export async function runExecutions(
	stage: QueueStage,
	sandbox: Sandbox,
	entrance: Entrance,
	bodies: object[],
	{
		atATime = AT_A_TIME,
		meanwhile = async () => {},
	}: { atATime?: number; meanwhile?: () => Promise<void> } = {},
): Promise<Figures> {
	const { workflow } = entrance;
	const before = await stage.waitForExecutions(workflow, 0);
	sandbox.clearJournal();
	const begun = performance.now();
	await Promise.all([
		forEachConcurrently(bodies, atATime, async (body) => await entrance.post(body)),
		meanwhile(),
	]);
	const after = await stage.waitForExecutions(workflow, before.executions + bodies.length);
	const seconds = (performance.now() - begun) / 1_000;
	const accepted = sandbox.journal.filter(({ status }) => status !== 429);
	const [first, last] = [accepted[0]?.at ?? NaN, accepted.at(-1)?.at ?? NaN];
	return {
		executions: after.executions - before.executions,
		succeeded: after.succeeded - before.succeeded,
		failures: await stage.readFailureReasons(await stage.failed(workflow)),
		seconds,
		accepted: accepted.length,
		logins: accepted.filter(({ action }) => action === 'login').length,
		refused: sandbox.journal.length - accepted.length,
		perSecond: ((accepted.length - 1) / (last - first)) * 1_000,
	};
}

/** A call for each of so many customers, one after the other, each of a node of its own. */
function severalCalls(sandbox: Sandbox, count: number, credential: SavedCredential): ChainedNode[] {
	const customers = sandbox.store.rows('customer');
	const ours = customers.filter(({ branch_ids }) => (branch_ids as number[]).includes(1)).slice(0, count);
	return ours.map(({ id }) => {
		const parameters = { resource: 'customer', operation: 'get', branchId: 1, simplify: false };
		return makeAlfaCrmNode(`Get ${id}`, { ...parameters, id: recordBy(String(id)) }, credential);
	});
}

const recordBy = (value: string) => ({ __rl: true as const, mode: 'id', value });

/** Creates or updates a lead by its phone. */
export function saveLead(credential: SavedCredential, phone: string, name: string): ChainedNode {
	const parameters = {
		resource: 'customer',
		operation: 'upsert',
		branchId: 1,
		phone,
		name,
		fieldsToSet: { is_study: 0 },
		options: { onlyForNew: ['is_study', 'name'] },
	};
	return makeAlfaCrmNode('Save Lead', parameters, credential);
}

/** The customers' phones in the order of their creation, without what differs from one spelling to the other. */
export const phonesIn = ({ store }: Sandbox): string[] =>
	store.rows('customer').map(({ phone }) => String(phone).replace(/\D/g, '').slice(-10));

/**
 * Many executions at once, where the service allows 5 calls in any second.
 * @param settings of the sandbox, besides
 */
export async function runAtRateLimit(
	stage: QueueStage,
	{ executions, calls, settings = {} }: { executions: number; calls: number; settings?: Partial<Settings> },
): Promise<Figures> {
	return await withSchool(stage, { rateLimit: LIMIT, ...settings }, async (sandbox, credential) => {
		const entrance = await stage.publishNodes('Calls', severalCalls(sandbox, calls, credential));
		return await runExecutions(stage, sandbox, entrance, Array<object>(executions).fill({}));
	});
}

/** Forms of fewer people, those of one person right behind each other: they reach different processes at the same moment. */
export async function sendForms(
	stage: QueueStage,
	{ count, phones, isLimited }: { count: number; phones: number; isLimited: boolean },
): Promise<Figures & { customers: number; distinct: number }> {
	return await withSchool(stage, { rateLimit: isLimited ? LIMIT : 0 }, async (sandbox, credential) => {
		const save = saveLead(credential, '={{ $json.body.phone }}', '={{ $json.body.name }}');
		const entrance = await stage.publishNodes('Form to lead', [save]);
		const known = phonesIn(sandbox).length;
		const bodies = Array.from({ length: count }, (_, index) =>
			form(index, Math.floor((index * phones) / count)),
		);
		const figures = await runExecutions(stage, sandbox, entrance, bodies);
		const added = phonesIn(sandbox).slice(known);
		return { ...figures, customers: added.length, distinct: new Set(added).size };
	});
}

/** A phone is written in another way each time. */
function form(index: number, person: number) {
	const own = String(person).padStart(4, '0');
	const spellings = [`+7 (955) 100-${own.slice(0, 2)}-${own.slice(2)}`, `8955100${own}`, `955 100 ${own}`];
	return { name: `Форма ${person}`, phone: spellings[index % spellings.length] };
}

/** Executions that all complete one lesson with the same customers, each in another process. */
export async function completeSameLesson(
	stage: QueueStage,
	{ executions }: { executions: number },
): Promise<Figures & { sent: number }> {
	return await withSchool(stage, { rateLimit: 0 }, async (sandbox, credential) => {
		const lesson = sandbox.store
			.rows('lesson')
			.find((row) => row.branch_id === 1 && row.status === 1 && (row.customer_ids as number[]).length > 1);
		if (lesson === undefined) throw new Error('The school has no planned lesson');
		const complete = {
			...{ resource: 'lesson', operation: 'complete', branchId: 1, id: recordBy(String(lesson.id)) },
			...{ if_completed: 'refuse', present_ids: String(lesson.customer_ids), additionalFields: {} },
		};
		const nodes = [makeAlfaCrmNode('Complete Lesson', complete, credential)];
		const entrance = await stage.publishNodes('Complete lesson', nodes);
		// Long enough for all of them to have looked.
		const match = { entity: 'lesson', action: 'teach' };
		sandbox.faults.add({ kind: 'delay', ms: 1_500, when: 'before', times: 0, match });
		const figures = await runExecutions(stage, sandbox, entrance, Array<object>(executions).fill({}));
		return { ...figures, sent: sandbox.journal.filter(({ action }) => action === 'teach').length };
	});
}

/** A Monday on which the teachers of the sandbox work, and which has not passed in n8n. */
const SLOT_DAY = '2031-03-10';

/** Requests of two customers for each of some slots of one teacher, which reach different processes at the same moment. */
export async function bookSameSlots(
	stage: QueueStage,
	{ slots }: { slots: number },
): Promise<Figures & { booked: string[] }> {
	return await withSchool(stage, { rateLimit: 0 }, async (sandbox, credential) => {
		const book = {
			...{ resource: 'lesson', operation: 'book', branchId: 1 },
			...{ customer_ids: recordBy('={{ $json.body.customer }}'), lesson_type_id: recordBy('3') },
			...{ subject_id: recordBy('1'), teacher_ids: recordBy('1') },
			...{ when: 'time', lesson_date: SLOT_DAY, time_from: '={{ $json.body.time }}', duration: 30 },
			...{ additionalFields: {}, options: {} },
		};
		const entrance = await stage.publishNodes('Book', [makeAlfaCrmNode('Book', book, credential)]);
		const leads = sandbox.store
			.rows('customer')
			.filter(
				({ branch_ids, removed }) => (branch_ids as number[]).includes(1) && Number(removed ?? 0) === 0,
			);
		const timeOf = (slot: number) => `${10 + Math.floor(slot / 2)}:${slot % 2 ? '30' : '00'}`;
		const bodies = Array.from({ length: 2 * slots }, (_, index) => ({
			customer: String(leads[index].id),
			time: timeOf(Math.floor(index / 2)),
		}));
		const figures = await runExecutions(stage, sandbox, entrance, bodies);
		const lessons = sandbox.store.rows('lesson').filter(({ date }) => date === SLOT_DAY);
		return { ...figures, booked: lessons.map(({ time_from }) => String(time_from)).sort() };
	});
}

/** Notices of payments, each sent several times to different processes at the same moment. */
export async function takeSamePayments(
	stage: QueueStage,
	{ payments, notices }: { payments: number; notices: number },
): Promise<Figures & { notes: string[] }> {
	return await withSchool(stage, { rateLimit: 0 }, async (sandbox, credential) => {
		const take = {
			...{
				resource: 'customer',
				operation: 'takePayment',
				branchId: 1,
				id: recordBy('={{ $json.body.payer }}'),
			},
			...{ income: '={{ $json.body.sum }}', pay_account_id: recordBy('1') },
			additionalFields: { externalId: '={{ $json.body.number }}' },
		};
		const entrance = await stage.publishNodes('Take payment', [
			makeAlfaCrmNode('Take Payment', take, credential),
		]);
		const [payer, other] = sandbox.store
			.rows('customer')
			.filter(({ branch_ids }) => (branch_ids as number[]).includes(1));
		const bodies = Array.from({ length: payments * notices }, (_, index) => {
			const nth = Math.floor(index / notices);
			return { payer: String((nth % 2 ? other : payer).id), sum: '3 872,70', number: `inv-${nth + 1}` };
		});
		const known = sandbox.store.rows('pay').length;
		const figures = await runExecutions(stage, sandbox, entrance, bodies);
		const entered = sandbox.store.rows('pay').slice(known);
		return { ...figures, notes: entered.map(({ note }) => String(note)).sort() };
	});
}

/** Executions of several calls, in the middle of which all tokens expire several times. */
export async function runWhileTokensExpire(
	stage: QueueStage,
	load: { executions: number; calls: number; expiries: number; singleToken: boolean; isLimited?: boolean },
): Promise<Figures> {
	const { executions, calls, expiries, singleToken, isLimited = false } = load;
	const settings = { rateLimit: isLimited ? LIMIT : 0, singleToken };
	return await withSchool(stage, settings, async (sandbox, credential) => {
		const entrance = await stage.publishNodes('Calls', severalCalls(sandbox, calls, credential));
		// Each process may know the token before it counts.
		await runExecutions(stage, sandbox, entrance, Array<object>(AT_A_TIME).fill({}));
		const expire = async () => {
			for (let nth = 1; nth <= expiries; nth += 1) {
				const until = (executions * calls * nth) / (expiries + 1);
				await pWaitFor(() => sandbox.journal.length >= until, { interval: 50, timeout: 300_000 });
				sandbox.expireTokens();
			}
		};
		const bodies = Array<object>(executions).fill({});
		return await runExecutions(stage, sandbox, entrance, bodies, { meanwhile: expire });
	});
}
