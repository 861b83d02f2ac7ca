import type { IDataObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import type { catalogue } from '../../../nodes/AlfaCrm/operations/catalogue';
import type { performAll } from '../../../nodes/AlfaCrm/run/performAll';
import { makeAnswerError, makeNetworkError } from '../../support/nodeErrors';
import { ProcessedDataTable } from '../../support/processedData';
import type { SentRequest } from '../../unit/apiSupport';
import { SmallSchool } from '../../unit/operations/school';
import type { openExecution } from '../../unit/operations/support';
import type { History, Mishap, PayerName } from './histories';
import { PAYER_NAMES, PAYERS } from './histories';

/** The end of an execution of the node. */
export type Outcome =
	| { end: 'created' | 'unchanged' }
	| { end: 'failed'; error: Error }
	/** Its worker was killed, so nobody learns how it ended. */
	| { end: 'died' };

interface ExecutionOptions {
	worker: 0 | 1;
	timezone: string;
	mishap: Mishap;
}

type OpenedExecution = ReturnType<typeof openExecution>;

let schoolCount = 0;

/**
 * An AlfaCRM, and an n8n whose two workers run one workflow and share a database. It shows whether payments
 * are entered once, whatever happens.
 */
export class TwoWorkers {
	readonly school: SmallSchool;
	readonly customerIds: Readonly<Record<PayerName, number>>;
	/** Names the account and the workflow: each history has its own. */
	private readonly name = `history-${(schoolCount += 1)}`;
	private readonly database = new ProcessedDataTable();
	private readonly workers = [new Worker(PROCESSES[0]), new Worker(PROCESSES[1])];
	private readonly spareProcesses = PROCESSES.slice(2);

	/** @param random gives the delays of network and database, from 0 to below 1 */
	constructor(
		settings: History['settings'],
		private readonly random: () => number,
	) {
		this.school = new SmallSchool({ ...settings, otherBranch: 'missing' });
		this.school.addRecord('pay-account', { name: 'Касса' });
		this.school.addRecord('pay-account', { name: 'Счёт' });
		const customers = PAYER_NAMES.map((payer) => [payer, this.school.addLead(PAYERS[payer])] as const);
		this.customerIds = Object.fromEntries(customers) as Record<PayerName, number>;
	}

	/** Runs the node once in one of the workers, and returns how its execution ended. */
	async execute(form: IDataObject, { worker: index, timezone, mishap }: ExecutionOptions): Promise<Outcome> {
		const worker = this.workers[index];
		const userStop = new AbortController();
		const victim: Victim = {
			stopExecution: () => userStop.abort(),
			killWorker: () => this.replaceWorker(index),
		};
		const answerCall = this.makeAnswerer(worker, victim, mishap);
		const { run } = worker.modules.openExecution(answerCall, {
			parameters: form,
			timezone,
			credential: { hostname: this.name },
			signal: userStop.signal,
		});
		this.connectDatabase(run, worker);

		const ended = worker.modules.performAll(run, worker.modules.catalogue).then(
			([{ json }]): Outcome => ({ end: json.operationResult as 'created' | 'unchanged' }),
			(error: Error): Outcome => ({ end: 'failed', error }),
		);
		const died = worker.death.then((): Outcome => ({ end: 'died' }));
		return await Promise.race([ended, died]);
	}

	/** Gives an execution the workflow of this school and the database that both workers share. */
	private connectDatabase({ context }: OpenedExecution['run'], worker: Worker): void {
		const helpers = this.database.makeHelpers({
			latency: () => 1 + this.random() * 8,
			waitUntilReady: async () => await worker.continueIfAlive(),
		});
		Object.assign(context, { getWorkflow: () => ({ id: this.name, active: true }) });
		Object.assign(context.helpers, helpers);
	}

	/** Makes a function that answers the calls of one execution, and lets its mishap happen at one of them. */
	private makeAnswerer(
		worker: Worker,
		victim: Victim,
		mishap: Mishap,
	): (request: SentRequest) => Promise<unknown> {
		let callCount = 0;
		return async (request) => {
			const effect = chooseMishapEffect(mishap, callCount, request);
			callCount += 1;
			return await this.answer(request, { worker, victim, effect });
		};
	}

	/** Answers a call as AlfaCRM does, after a way through the network in which its mishap may happen. */
	private async answer(
		request: SentRequest,
		{ worker, victim, effect }: { worker: Worker; victim: Victim; effect: MishapEffect },
	): Promise<unknown> {
		await this.passNetwork(worker);
		effect.beforeCall?.(victim);
		await worker.continueIfAlive();

		const answer = await this.school.answer(request);

		effect.afterCall?.(victim);
		await this.passNetwork(worker);
		effect.beforeAnswer?.(victim);
		return answer;
	}

	/** Takes the time of the way through the network, during which the worker may die. */
	private async passNetwork(worker: Worker): Promise<void> {
		await sleep(10 + this.random() * 60);
		await worker.continueIfAlive();
	}

	/** Kills a worker, and starts another process in its place while there are any left. */
	private replaceWorker(index: 0 | 1): void {
		const process = this.spareProcesses.shift();
		if (process === undefined) return;
		this.workers[index].kill();
		this.workers[index] = new Worker(process);
	}
}

// ---------------------------------------------------------------- mishaps

/** Ways to end the execution or the worker to which a mishap happens. */
interface Victim {
	stopExecution: () => void;
	killWorker: () => void;
}

/**
 * The effects of a mishap on a call: before the call reaches AlfaCRM, after AlfaCRM has acted, and before the
 * answer reaches n8n.
 */
interface MishapEffect {
	beforeCall?: (victim: Victim) => void;
	afterCall?: (victim: Victim) => void;
	beforeAnswer?: (victim: Victim) => void;
}

const MISHAP_EFFECTS: Readonly<Record<Mishap['kind'], MishapEffect>> = {
	none: {},
	answerLost: {
		beforeAnswer: () => {
			throw makeNetworkError('ECONNRESET');
		},
	},
	serverError: {
		beforeCall: () => {
			throw makeAnswerError(500);
		},
	},
	stoppedByUser: { beforeCall: ({ stopExecution }) => stopExecution() },
	killedBeforeCall: { beforeCall: ({ killWorker }) => killWorker() },
	killedAfterCall: { afterCall: ({ killWorker }) => killWorker() },
};

/** Chooses the effect of the mishap on a call. Only one call of an execution has any. */
function chooseMishapEffect(
	{ kind, call: callOfMishap }: Mishap,
	call: number,
	{ url }: SentRequest,
): MishapEffect {
	const savesPayment = url.endsWith('/pay/create');
	const happensNow = kind === 'answerLost' ? savesPayment : call === callOfMishap;
	return happensNow ? MISHAP_EFFECTS[kind] : MISHAP_EFFECTS.none;
}

// ---------------------------------------------------------------- processes

interface ProcessModules {
	catalogue: typeof catalogue;
	performAll: typeof performAll;
	openExecution: typeof openExecution;
}

/** The modules of five processes, each loaded anew, so that the processes share no memory. */
const PROCESSES: readonly ProcessModules[] = Array.from({ length: 5 }, loadModules);

/** Loads the node anew, as another process does, with a memory of its own. */
function loadModules(): ProcessModules {
	const modules = {};
	jest.isolateModules(() => {
		Object.assign(
			modules,
			jest.requireActual<object>('../../unit/operations/support'),
			jest.requireActual<object>('../../../nodes/AlfaCrm/operations/catalogue'),
			jest.requireActual<object>('../../../nodes/AlfaCrm/run/performAll'),
		);
	});
	return modules as ProcessModules;
}

/** A process of n8n, which executes workflows until it is killed. */
class Worker {
	/** Settles when the process is killed. */
	readonly death: Promise<void>;
	private isDead = false;
	private resolveDeath = () => {};

	constructor(readonly modules: ProcessModules) {
		this.death = new Promise((resolve) => {
			this.resolveDeath = resolve;
		});
	}

	/** Kills the process. Its executions stop where they are. */
	kill(): void {
		this.isDead = true;
		this.resolveDeath();
	}

	/** Returns at once if the process is alive, and never if it is dead. */
	async continueIfAlive(): Promise<void> {
		if (this.isDead) {
			await new Promise(() => {});
		}
	}
}
