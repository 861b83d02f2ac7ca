import pWaitFor from 'p-wait-for';
import { each } from '../each';
import type { SandboxHandle } from '../sandbox';
import type { CallFigures } from './journal';
import { figuresOf, journalOf } from './journal';
import { phonesIn, plannedLesson, someCustomers, withSchool } from './school';
import type { Entrance, QueueStage } from './stage';
import { formToLead, lessonToComplete, severalCalls } from './workflows';

/** What a load came to. */
export interface Figures extends CallFigures {
	executions: number;
	succeeded: number;
	/** Why the others did not, each reason once. */
	failures: string[];
	/** Until the last execution was saved. */
	seconds: number;
}

/** What AlfaCRM allows. */
const LIMIT = 5;
/** Forms and the like arrive so many at a time. */
const AT_A_TIME = 40;

/** Starts an execution for each body, and counts what became of them. */
async function observe(
	stage: QueueStage,
	sandbox: SandboxHandle,
	entrance: Entrance,
	bodies: object[],
	meanwhile: () => Promise<unknown> = async () => {},
): Promise<Figures> {
	const { workflow } = entrance;
	const before = await stage.finished(workflow, 0);
	await sandbox.control('DELETE', 'journal');
	const begun = performance.now();
	const sending = each(bodies, AT_A_TIME, async (body) => await entrance.post(body));
	await Promise.all([sending, meanwhile()]);
	const after = await stage.finished(workflow, before.executions + bodies.length);
	const seconds = (performance.now() - begun) / 1_000;
	return {
		executions: after.executions - before.executions,
		succeeded: after.succeeded - before.succeeded,
		failures: await stage.reasonsOf(await stage.failed(workflow)),
		seconds,
		...figuresOf(await journalOf(sandbox)),
	};
}

/**
 * Many executions at once, where the service allows 5 calls in any second.
 * @param settings of the sandbox, besides
 */
export async function pace(
	stage: QueueStage,
	{ executions, calls, settings = {} }: { executions: number; calls: number; settings?: object },
): Promise<Figures> {
	return await withSchool({ rateLimit: LIMIT, ...settings }, async (sandbox) => {
		const entrance = await stage.publish(
			severalCalls(await stage.credentialOf(sandbox), await someCustomers(sandbox, calls)),
		);
		return await observe(stage, sandbox, entrance, emptyBodies(executions));
	});
}

/** Forms of fewer people, those of one person right behind each other: they reach different processes at the same moment. */
export async function forms(
	stage: QueueStage,
	{ count, phones, isLimited }: { count: number; phones: number; isLimited: boolean },
): Promise<Figures & { customers: number; distinct: number }> {
	const rate = isLimited ? LIMIT : 0;
	return await withSchool({ rateLimit: rate }, async (sandbox) => {
		const credential = await stage.credentialOf(sandbox, { requestsPerSecond: rate });
		const entrance = await stage.publish(formToLead(credential));
		const known = (await phonesIn(sandbox)).length;
		const bodies = Array.from({ length: count }, (_, index) =>
			form(index, Math.floor((index * phones) / count)),
		);
		const figures = await observe(stage, sandbox, entrance, bodies);
		const added = (await phonesIn(sandbox)).slice(known);
		return { ...figures, customers: added.length, distinct: new Set(added).size };
	});
}

/** Executions that all complete one lesson with the same customers, each in another process. */
export async function sameLesson(
	stage: QueueStage,
	{ executions }: { executions: number },
): Promise<Figures & { sent: number }> {
	return await withSchool({ rateLimit: 0 }, async (sandbox) => {
		const credential = await stage.credentialOf(sandbox, { requestsPerSecond: 0 });
		const entrance = await stage.publish(lessonToComplete(credential));
		const { id, customer_ids: customers } = await plannedLesson(sandbox);
		// Long enough for all of them to have looked.
		const match = { entity: 'lesson', action: 'teach' };
		await sandbox.control('POST', 'faults', { kind: 'delay', ms: 1_500, when: 'before', times: 0, match });
		const body = { id, present: customers.join(',') };
		const figures = await observe(
			stage,
			sandbox,
			entrance,
			Array.from({ length: executions }, () => body),
		);
		const sent = (await journalOf(sandbox)).filter(({ path }) => path.endsWith('lesson/teach')).length;
		return { ...figures, sent };
	});
}

/** For executions that need nothing from outside. */
const emptyBodies = (count: number): object[] => Array.from({ length: count }, () => ({}));

/** A phone is written in another way each time. */
function form(index: number, person: number) {
	const own = String(person).padStart(4, '0');
	const spellings = [`+7 (955) 100-${own.slice(0, 2)}-${own.slice(2)}`, `8955100${own}`, `955 100 ${own}`];
	return { name: `Форма ${person}`, phone: spellings[index % spellings.length] };
}

/** Executions of several calls, in the middle of which all tokens expire several times. */
export async function logins(
	stage: QueueStage,
	load: { executions: number; calls: number; expiries: number; singleToken: boolean; isLimited?: boolean },
): Promise<Figures> {
	const { executions, calls, expiries, singleToken, isLimited = false } = load;
	const rate = isLimited ? LIMIT : 0;
	return await withSchool({ rateLimit: rate, singleToken }, async (sandbox) => {
		const credential = await stage.credentialOf(sandbox, { requestsPerSecond: rate });
		const entrance = await stage.publish(severalCalls(credential, await someCustomers(sandbox, calls)));
		// Each process may know the token before it counts.
		await observe(stage, sandbox, entrance, emptyBodies(AT_A_TIME));
		const expire = async () => {
			for (let nth = 1; nth <= expiries; nth += 1) {
				const until = (executions * calls * nth) / (expiries + 1);
				const isTime = async () => (await journalOf(sandbox)).length >= until;
				await pWaitFor(isTime, { interval: 50, timeout: 300_000 });
				await sandbox.control('POST', 'tokens/expire');
			}
		};
		return await observe(stage, sandbox, entrance, emptyBodies(executions), expire);
	});
}
