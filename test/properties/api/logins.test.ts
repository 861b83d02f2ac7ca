import type {
	IDataObject,
	IExecuteFunctions,
	IHttpRequestHelper,
	IHttpRequestOptions,
	JsonObject,
	NodeApiError,
} from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import type { AlfaCrmApi } from '../../../credentials/AlfaCrmApi.credentials';
import type { ApiClient } from '../../../nodes/AlfaCrm/api/client';
import { depth, seed } from '../../support/depth';
import { makeAnswerError, NODE } from '../../support/nodeErrors';
import { randomFrom } from '../../support/random';
import { READ } from '../../unit/apiSupport';
import { settle, stopTime } from '../../unit/api/clock';

jest.setTimeout(600_000);

const MODULES = [
	'n8n-workflow',
	'../../../nodes/AlfaCrm/api/client',
	'../../../credentials/AlfaCrmApi.credentials',
];

let random = randomFrom(seed);
stopTime({ random: () => random() });

interface ServiceRules {
	/** Whether a login ends the older tokens. */
	hasSingleToken: boolean;
	/** Whether the service takes only five calls in any second. */
	isLimited: boolean;
}

/** A service that answers calls and logins after about 60 ms. */
class Service {
	private readonly validTokens = new Set<string>();
	private readonly takenAt: number[] = [];

	constructor(private readonly rules: ServiceRules) {}

	async logIn(): Promise<{ token: string }> {
		return await this.answer(() => ({ token: this.makeToken() }));
	}

	async receiveCall(token: string): Promise<IDataObject> {
		return await this.answer(() => {
			if (!this.validTokens.has(token)) throw makeAnswerError(401);
			return { items: [] };
		});
	}

	makeToken(): string {
		if (this.rules.hasSingleToken) {
			this.expireTokens();
		}
		const token = `token ${random()}`;
		this.validTokens.add(token);
		return token;
	}

	expireTokens(): void {
		this.validTokens.clear();
	}

	/** Does the work of a call when the call arrives, and sends the result or the error back through the network. */
	private async answer<T>(work: () => T): Promise<T> {
		await passNetwork();
		const answer = this.takeCall() ? Promise.resolve().then(work) : Promise.reject(makeAnswerError(429));
		// An error is thrown below, when the answer has arrived.
		answer.catch(() => {});
		await passNetwork();
		return await answer;
	}

	/** Counts a call that arrives now, and tells whether the limit lets the service take it. */
	private takeCall(): boolean {
		const now = Date.now();
		const takenInLastSecond = this.takenAt.filter((moment) => moment > now - 1_000).length;
		if (this.rules.isLimited && takenInLastSecond >= 5) return false;

		this.takenAt.push(now);
		return true;
	}
}

/** Waits as long as a call or an answer takes through the network: 20 to 40 ms. */
async function passNetwork(): Promise<void> {
	await sleep(20 + Math.round(random() * 20));
}

/** The data of the credential in n8n's database. */
type StoredCredential = IDataObject;

/** Waits as long as n8n's database needs for a statement. */
async function waitForDatabase(): Promise<void> {
	await sleep(1 + Math.round(random() * 5));
}

/** The modules that a process has loaded for itself. */
interface LoadedModules {
	ApiClient: typeof ApiClient;
	AlfaCrmApi: typeof AlfaCrmApi;
	NodeApiError: typeof NodeApiError;
}

/** An n8n process. It shares nothing with the other processes but n8n's database. */
class Process {
	/** Logins in the current run. */
	loginCount = 0;
	private readonly modules = {} as LoadedModules;
	private readonly credential: AlfaCrmApi;

	constructor() {
		jest.isolateModules(() => {
			for (const path of MODULES) {
				Object.assign(this.modules, jest.requireActual<Partial<LoadedModules>>(path));
			}
		});
		this.credential = new this.modules.AlfaCrmApi();
	}

	/** Runs an execution, which makes three calls one after the other. */
	async runExecution(service: Service, stored: StoredCredential): Promise<void> {
		const client = new this.modules.ApiClient(this.makeContext(service, stored));
		await client.request(READ);
		await client.request(READ);
		await client.request(READ);
	}

	/** Makes the context of an execution in n8n 2.41. */
	private makeContext(service: Service, stored: StoredCredential): IExecuteFunctions {
		const sendRequest = async (
			_type: string,
			options: IHttpRequestOptions,
			{ credentialsDecrypted: { data } }: { credentialsDecrypted: { data: IDataObject } },
		) => {
			try {
				return await this.sendWithToken(service, stored, data, options);
			} catch (error) {
				throw new this.modules.NodeApiError(NODE, error as JsonObject);
			}
		};
		return {
			getNode: () => NODE,
			getTimezone: () => 'Europe/Moscow',
			getExecutionCancelSignal: () => undefined,
			getCredentials: async () => {
				await waitForDatabase();
				return { ...stored };
			},
			helpers: { httpRequestWithAuthentication: sendRequest },
		} as unknown as IExecuteFunctions;
	}

	/** Sends a call, and logs in before it if there is no token, or after it if AlfaCRM refuses the token. */
	private async sendWithToken(
		service: Service,
		stored: StoredCredential,
		data: IDataObject,
		options: IHttpRequestOptions,
	): Promise<IDataObject> {
		try {
			if (data.token === '') {
				await this.renewToken(service, stored, data);
			}
			return await this.sendCall(service, data, options);
		} catch (error) {
			if ((error as { response?: { status?: number } }).response?.status !== 401) throw error;

			await this.renewToken(service, stored, data);
			return await this.sendCall(service, data, options);
		}
	}

	/** Logs in, and stores the token in n8n's database before the call goes on. */
	private async renewToken(service: Service, stored: StoredCredential, data: IDataObject): Promise<void> {
		const logIn = async () => {
			const answer = await service.logIn();
			this.loginCount += 1;
			return answer;
		};
		const helpers = { httpRequest: logIn } as unknown as IHttpRequestHelper['helpers'];
		const renewed = await this.credential.preAuthentication.call({ helpers }, data as never);

		await waitForDatabase();
		await waitForDatabase();
		Object.assign(stored, renewed);
		Object.assign(data, renewed);
	}

	private async sendCall(
		service: Service,
		data: IDataObject,
		options: IHttpRequestOptions,
	): Promise<IDataObject> {
		const { headers = {} } = await this.credential.authenticate(data as never, options);
		return await service.receiveCall(String(headers['X-ALFACRM-TOKEN']));
	}
}

const PROCESS_COUNT = 4;
const EXECUTIONS_AT_ONCE = 10;
const EXECUTION_COUNT = 200;
/** Executions after which all tokens expire. */
const EXECUTIONS_PER_EXPIRY = 80;
const EXPIRY_COUNT = Math.floor(EXECUTION_COUNT / EXECUTIONS_PER_EXPIRY);

const processes: Process[] = [];
let schoolCount = 0;

/** A run of many executions in four processes, in which all tokens expire twice. */
interface RunReport {
	failures: string[];
	/** Logins of each process in the whole run. */
	loginsByProcess: number[];
}

/** Runs 200 executions in four processes, ten at a time in each, and lets all tokens expire twice meanwhile. */
async function runExecutions(rules: ServiceRules): Promise<RunReport> {
	while (processes.length < PROCESS_COUNT) {
		processes.push(new Process());
	}
	for (const process of processes) {
		process.loginCount = 0;
	}
	const service = new Service(rules);
	const stored = makeStoredCredential(service, rules);
	const failures: string[] = [];
	let startedCount = 0;
	let endedCount = 0;
	const runOneAfterTheOther = async (process: Process) => {
		while (startedCount < EXECUTION_COUNT) {
			startedCount += 1;
			await process.runExecution(service, stored).catch((error: Error) => failures.push(error.message));
			endedCount += 1;
			if (endedCount % EXECUTIONS_PER_EXPIRY === 0) {
				service.expireTokens();
			}
		}
	};

	const work = processes.flatMap((process) =>
		Array.from({ length: EXECUTIONS_AT_ONCE }, async () => await runOneAfterTheOther(process)),
	);
	await settle(Promise.all(work));
	return { failures, loginsByProcess: processes.map(({ loginCount }) => loginCount) };
}

/** Makes the credential of another school, with a token that is valid. */
function makeStoredCredential(service: Service, { isLimited }: ServiceRules): StoredCredential {
	schoolCount += 1;
	return {
		hostname: `school${schoolCount}.s20.online`,
		email: 'api@school.example',
		apiKey: 'key',
		appKey: '',
		requestsPerSecond: isLimited ? 5 : 0,
		token: service.makeToken(),
	};
}

/** Runs the executions as often as the depth asks for, each time with other random numbers. */
async function runRepeatedly(rules: ServiceRules): Promise<RunReport[]> {
	const reports: RunReport[] = [];
	for (let run = 0; run < depth.logins; run++) {
		random = randomFrom(seed + run);
		reports.push(await runExecutions(rules));
	}
	return reports;
}

/** Adds up the logins of all processes in a run. */
function countLogins({ loginsByProcess }: RunReport): number {
	return loginsByProcess.reduce((sum, logins) => sum + logins, 0);
}

/** Expects that no run lost a call, and that an expiry led to at most two and a half logins on average. */
function expectFewLoginsAndNoLoss(reports: RunReport[]): void {
	const failures = reports.flatMap((report) => report.failures);
	const allLogins = reports.reduce((sum, report) => sum + countLogins(report), 0);

	expect(failures).toEqual([]);
	expect(allLogins / reports.length / EXPIRY_COUNT).toBeLessThanOrEqual(2.5);
}

describe('Four processes whose tokens all expire twice', () => {
	it.each([{ isLimited: true }, { isLimited: false }])(
		'each of four processes logs in at most once after all tokens expire, and loses no call (limit of five calls a second: $isLimited)',
		async ({ isLimited }) => {
			const reports = await runRepeatedly({ hasSingleToken: false, isLimited });

			expectFewLoginsAndNoLoss(reports);
			for (const report of reports) {
				expect(Math.max(...report.loginsByProcess)).toBeLessThanOrEqual(EXPIRY_COUNT);
				expect(countLogins(report)).toBeGreaterThanOrEqual(EXPIRY_COUNT);
			}
		},
	);

	// A login of one process ends the tokens of the others, so these may have to log in once more.
	it.each([{ isLimited: true }, { isLimited: false }])(
		'four processes log in at most six times after all tokens expire, and lose no call, where each login ends the older tokens (limit of five calls a second: $isLimited)',
		async ({ isLimited }) => {
			const reports = await runRepeatedly({ hasSingleToken: true, isLimited });

			expectFewLoginsAndNoLoss(reports);
			for (const report of reports) {
				expect(countLogins(report)).toBeLessThanOrEqual(6 * EXPIRY_COUNT);
				expect(countLogins(report)).toBeGreaterThanOrEqual(EXPIRY_COUNT);
			}
		},
	);
});
