import pWaitFor from 'p-wait-for';
import type { JsonObject, Sandbox, Settings } from '../../../sandbox';
import { forEachConcurrently } from '../forEachConcurrently';
import type { ChainedNode } from '../n8n/chain';
import { makeAlfaCrmNode } from '../n8n/chain';
import type { SavedCredential } from '../n8n/types';
import { credentialDataFor, withSandbox } from '../sandbox';
import type { Entrance, QueueStage } from './stage';

/** The result of a load: what became of the executions, and which calls AlfaCRM received. */
export interface Figures {
	executions: number;
	succeeded: number;
	/** Why executions failed, each reason once. */
	failures: string[];
	/** Until the last execution was saved. */
	seconds: number;
	/** Calls that the rate limit let pass, logins included. */
	accepted: number;
	logins: number;
	/** Calls that were answered with 429. */
	refused: number;
	/** Accepted calls per second, from the first to the last of them. */
	perSecond: number;
}

/** Calls in any second that AlfaCRM allows. */
const CALLS_PER_SECOND = 5;
const NO_LIMIT = 0;

/** Requests that are sent to n8n at the same time, so that several processes work at the same moment. */
const REQUESTS_AT_A_TIME = 40;

/** A Monday on which the teachers of the sandbox work, far enough ahead that it has not passed in n8n. */
const SLOT_DAY = '2031-03-10';

/** Runs many executions at once, with AlfaCRM's rate limit. */
export async function runAtRateLimit(
	stage: QueueStage,
	{ executions, calls, settings = {} }: { executions: number; calls: number; settings?: Partial<Settings> },
): Promise<Figures> {
	const limitedSettings = { rateLimit: CALLS_PER_SECOND, ...settings };
	return await withSchool(stage, limitedSettings, async (sandbox, credential) => {
		const entrance = await stage.publishNodes('Calls', makeGetNodes(sandbox, calls, credential));
		return await runExecutions(stage, sandbox, entrance, emptyBodies(executions));
	});
}

/**
 * Sends forms of fewer people than forms. The forms of one person follow each other, so they reach different processes at the
 * same moment.
 */
export async function sendForms(
	stage: QueueStage,
	{ count, phones, isLimited }: { count: number; phones: number; isLimited: boolean },
): Promise<Figures & { customers: number; distinct: number }> {
	const settings = { rateLimit: isLimited ? CALLS_PER_SECOND : NO_LIMIT };
	return await withSchool(stage, settings, async (sandbox, credential) => {
		const saveNode = makeSaveLeadNode(credential, '={{ $json.body.phone }}', '={{ $json.body.name }}');
		const entrance = await stage.publishNodes('Form to lead', [saveNode]);
		const phonesBefore = phonesIn(sandbox).length;

		const bodies = Array.from({ length: count }, (_, index) => {
			const person = Math.floor((index * phones) / count);
			return makeForm(index, person);
		});
		const figures = await runExecutions(stage, sandbox, entrance, bodies);

		const addedPhones = phonesIn(sandbox).slice(phonesBefore);
		return { ...figures, customers: addedPhones.length, distinct: new Set(addedPhones).size };
	});
}

/** Completes one lesson with the same customers in many executions, each in another process. */
export async function completeSameLesson(
	stage: QueueStage,
	{ executions }: { executions: number },
): Promise<Figures & { sent: number }> {
	return await withSchool(stage, { rateLimit: NO_LIMIT }, async (sandbox, credential) => {
		const completeNode = makeCompleteNode(findPlannedGroupLesson(sandbox), credential);
		const entrance = await stage.publishNodes('Complete lesson', [completeNode]);

		// The delay is long enough for every execution to read the lesson before the first one completes it.
		sandbox.faults.add({
			kind: 'delay',
			ms: 1_500,
			when: 'before',
			times: 0,
			match: { entity: 'lesson', action: 'teach' },
		});
		const figures = await runExecutions(stage, sandbox, entrance, emptyBodies(executions));

		const completions = sandbox.journal.filter(({ action }) => action === 'teach');
		return { ...figures, sent: completions.length };
	});
}

/** Lets two customers request each slot of a teacher, in different processes at the same moment. */
export async function bookSameSlots(
	stage: QueueStage,
	{ slots }: { slots: number },
): Promise<Figures & { booked: string[] }> {
	return await withSchool(stage, { rateLimit: NO_LIMIT }, async (sandbox, credential) => {
		const entrance = await stage.publishNodes('Book', [makeBookNode(credential)]);
		const customers = customersOfFirstBranch(sandbox).filter(({ removed }) => Number(removed ?? 0) === 0);

		const bodies = Array.from({ length: 2 * slots }, (_, index) => {
			const slot = Math.floor(index / 2);
			return { customer: String(customers[index].id), time: startOfSlot(slot) };
		});
		const figures = await runExecutions(stage, sandbox, entrance, bodies);

		const lessons = sandbox.store.rows('lesson').filter(({ date }) => date === SLOT_DAY);
		const startTimes = lessons.map((lesson) => String(lesson.time_from));
		return { ...figures, booked: startTimes.sort() };
	});
}

/** Sends the notice of each payment several times, to different processes at the same moment. */
export async function takeSamePayments(
	stage: QueueStage,
	{ payments, notices }: { payments: number; notices: number },
): Promise<Figures & { notes: string[] }> {
	return await withSchool(stage, { rateLimit: NO_LIMIT }, async (sandbox, credential) => {
		const entrance = await stage.publishNodes('Take payment', [makeTakePaymentNode(credential)]);
		const payers = customersOfFirstBranch(sandbox).slice(0, 2);
		const paymentsBefore = sandbox.store.rows('pay').length;

		const bodies = Array.from({ length: payments * notices }, (_, index) => {
			const payment = Math.floor(index / notices);
			const payer = payers[payment % payers.length];
			return { payer: String(payer.id), sum: '3 872,70', number: `inv-${payment + 1}` };
		});
		const figures = await runExecutions(stage, sandbox, entrance, bodies);

		const enteredPayments = sandbox.store.rows('pay').slice(paymentsBefore);
		const notes = enteredPayments.map((payment) => String(payment.note));
		return { ...figures, notes: notes.sort() };
	});
}

interface ExpiryLoad {
	executions: number;
	/** Calls of each execution. */
	calls: number;
	/** How often all tokens expire, evenly over the load. */
	expiries: number;
	/** Whether a login ends the tokens of earlier logins. */
	singleToken: boolean;
	isLimited?: boolean;
}

/** Runs executions of several calls while all tokens expire several times. */
export async function runWhileTokensExpire(
	stage: QueueStage,
	{ executions, calls, expiries, singleToken, isLimited = false }: ExpiryLoad,
): Promise<Figures> {
	const settings = { rateLimit: isLimited ? CALLS_PER_SECOND : NO_LIMIT, singleToken };
	return await withSchool(stage, settings, async (sandbox, credential) => {
		const entrance = await stage.publishNodes('Calls', makeGetNodes(sandbox, calls, credential));
		// Logs every process in, so that only the logins after an expiry are counted.
		await runExecutions(stage, sandbox, entrance, emptyBodies(REQUESTS_AT_A_TIME));

		const expireTokens = async () => {
			for (let expiry = 1; expiry <= expiries; expiry += 1) {
				const callsBefore = (executions * calls * expiry) / (expiries + 1);
				const isDue = () => sandbox.journal.length >= callsBefore;
				await pWaitFor(isDue, { interval: 50, timeout: 300_000 });
				sandbox.expireTokens();
			}
		};
		const options = { meanwhile: expireTokens };
		return await runExecutions(stage, sandbox, entrance, emptyBodies(executions), options);
	});
}

/** Opens a sandbox for `work`, with a credential in n8n that keeps to the rate limit of the sandbox. */
export async function withSchool<T>(
	stage: QueueStage,
	settings: Partial<Settings> & { rateLimit: number },
	work: (sandbox: Sandbox, credential: SavedCredential) => Promise<T>,
): Promise<T> {
	const options = { customers: 60, settings: { latencyMs: 60, ...settings } };
	return await withSandbox(options, async (sandbox) => {
		const credential = await stage.client.createCredential({
			name: 'AlfaCRM',
			type: 'alfaCrmApi',
			data: {
				...credentialDataFor(sandbox),
				advanced: true,
				requestsPerSecond: settings.rateLimit,
			},
		});
		return await work(sandbox, credential);
	});
}

interface RunOptions {
	/** Requests that are sent at the same time. */
	atATime?: number;
	/** Runs beside the executions. */
	meanwhile?: () => Promise<void>;
}

/** Starts an execution for each body, waits until all have ended, and counts what became of them. */
export async function runExecutions(
	stage: QueueStage,
	sandbox: Sandbox,
	entrance: Entrance,
	bodies: object[],
	{ atATime = REQUESTS_AT_A_TIME, meanwhile = async () => {} }: RunOptions = {},
): Promise<Figures> {
	const { workflow } = entrance;
	const before = await stage.waitForExecutions(workflow, 0);
	sandbox.clearJournal();

	const startedAt = performance.now();
	const sending = forEachConcurrently(bodies, atATime, async (body) => await entrance.post(body));
	await Promise.all([sending, meanwhile()]);
	const after = await stage.waitForExecutions(workflow, before.executions + bodies.length);
	const seconds = (performance.now() - startedAt) / 1_000;

	return {
		executions: after.executions - before.executions,
		succeeded: after.succeeded - before.succeeded,
		failures: await stage.readFailureReasons(await stage.listFailedExecutions(workflow)),
		seconds,
		...countCalls(sandbox),
	};
}

/** Counts the calls that the sandbox has received since its journal was cleared. */
function countCalls({ journal }: Sandbox) {
	const acceptedCalls = journal.filter(({ status }) => status !== 429);
	const accepted = acceptedCalls.length;
	const firstAt = acceptedCalls[0]?.at ?? NaN;
	const lastAt = acceptedCalls.at(-1)?.at ?? NaN;

	return {
		accepted,
		logins: acceptedCalls.filter(({ action }) => action === 'login').length,
		refused: journal.length - accepted,
		perSecond: ((accepted - 1) / (lastAt - firstAt)) * 1_000,
	};
}

/** Makes a node that creates or updates a lead by its phone. */
export function makeSaveLeadNode(credential: SavedCredential, phone: string, name: string): ChainedNode {
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

/** Makes a node for each of `count` customers, which reads this customer with one call. */
function makeGetNodes(sandbox: Sandbox, count: number, credential: SavedCredential): ChainedNode[] {
	const customers = customersOfFirstBranch(sandbox).slice(0, count);
	return customers.map(({ id }) => {
		const parameters = {
			resource: 'customer',
			operation: 'get',
			branchId: 1,
			id: toLocator(String(id)),
			simplify: false,
		};
		return makeAlfaCrmNode(`Get ${id}`, parameters, credential);
	});
}

/** Makes a node that completes a lesson with all of its customers present. */
function makeCompleteNode(lesson: JsonObject, credential: SavedCredential): ChainedNode {
	const parameters = {
		resource: 'lesson',
		operation: 'complete',
		branchId: 1,
		id: toLocator(String(lesson.id)),
		if_completed: 'refuse',
		present_ids: String(lesson.customer_ids),
		additionalFields: {},
	};
	return makeAlfaCrmNode('Complete Lesson', parameters, credential);
}

/** Makes a node that books the customer and the time of a request with the first teacher. */
function makeBookNode(credential: SavedCredential): ChainedNode {
	const parameters = {
		resource: 'lesson',
		operation: 'book',
		branchId: 1,
		customer_ids: toLocator('={{ $json.body.customer }}'),
		lesson_type_id: toLocator('3'),
		subject_id: toLocator('1'),
		teacher_ids: toLocator('1'),
		when: 'time',
		lesson_date: SLOT_DAY,
		time_from: '={{ $json.body.time }}',
		duration: 30,
		additionalFields: {},
		options: {},
	};
	return makeAlfaCrmNode('Book', parameters, credential);
}

/** Makes a node that enters the payment of a request by its external ID. */
function makeTakePaymentNode(credential: SavedCredential): ChainedNode {
	const parameters = {
		resource: 'customer',
		operation: 'takePayment',
		branchId: 1,
		id: toLocator('={{ $json.body.payer }}'),
		income: '={{ $json.body.sum }}',
		pay_account_id: toLocator('1'),
		additionalFields: { externalId: '={{ $json.body.number }}' },
	};
	return makeAlfaCrmNode('Take Payment', parameters, credential);
}

/** The value of a resource locator that names a record by its ID. */
const toLocator = (id: string) => ({ __rl: true as const, mode: 'id', value: id });

/** Bodies for executions that read nothing of the request. */
const emptyBodies = (count: number): object[] => Array<object>(count).fill({});

/** Makes the form of a person, whose phone is spelled in another way each time. */
function makeForm(index: number, person: number) {
	const digits = String(person).padStart(4, '0');
	const spellings = [
		`+7 (955) 100-${digits.slice(0, 2)}-${digits.slice(2)}`,
		`8955100${digits}`,
		`955 100 ${digits}`,
	];
	return { name: `Форма ${person}`, phone: spellings[index % spellings.length] };
}

/** The start time of a half-hour slot, counted from 10:00. */
function startOfSlot(slot: number): string {
	const hour = 10 + Math.floor(slot / 2);
	const minutes = slot % 2 === 0 ? '00' : '30';
	return `${hour}:${minutes}`;
}

/** The last ten digits of the customers' phones, which no spelling changes, in the order of creation. */
export function phonesIn({ store }: Sandbox): string[] {
	return store.rows('customer').map(({ phone }) => {
		const digits = String(phone).replace(/\D/g, '');
		return digits.slice(-10);
	});
}

function customersOfFirstBranch({ store }: Sandbox) {
	return store.rows('customer').filter(({ branch_ids }) => (branch_ids as number[]).includes(1));
}

/** Finds a planned lesson of the first branch that several customers attend. */
function findPlannedGroupLesson({ store }: Sandbox) {
	const lesson = store
		.rows('lesson')
		.find((row) => row.branch_id === 1 && row.status === 1 && (row.customer_ids as number[]).length > 1);
	if (lesson === undefined) throw new Error('The school has no planned lesson');
	return lesson;
}
