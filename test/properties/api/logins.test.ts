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

/** A service that answers after about 60 ms, logins too, and takes five calls in any second if it has a limit. */
class Service {
	logins = 0;
	private valid = new Set<string>();
	private taken: number[] = [];

	constructor(private readonly rules: { singleToken: boolean; isLimited: boolean }) {}

	async logIn(): Promise<{ token: string }> {
		return await this.answer(() => {
			this.logins += 1;
			return { token: this.newToken() };
		});
	}

	async call(token: string): Promise<IDataObject> {
		return await this.answer(() => {
			if (!this.valid.has(token)) throw makeAnswerError(401);
			return { items: [] };
		});
	}

	newToken(): string {
		if (this.rules.singleToken) this.valid.clear();
		const token = `token ${random()}`;
		this.valid.add(token);
		return token;
	}

	expire(): void {
		this.valid.clear();
	}

	private async answer<T>(work: () => T): Promise<T> {
		const onItsWay = async () => await sleep(20 + Math.round(random() * 20));
		await onItsWay();
		const now = Date.now();
		const isTaken = !this.rules.isLimited || this.taken.filter((at) => at > now - 1_000).length < 5;
		if (isTaken) this.taken.push(now);
		const outcome = isTaken ? Promise.resolve().then(work) : Promise.reject(makeAnswerError(429));
		outcome.catch(() => {});
		await onItsWay();
		return await outcome;
	}
}

/** What n8n keeps in its database. */
type Stored = IDataObject;

const statement = async () => await sleep(1 + Math.round(random() * 5));

/** What a process has loaded. */
interface Loaded {
	ApiClient: typeof ApiClient;
	AlfaCrmApi: typeof AlfaCrmApi;
	NodeApiError: typeof NodeApiError;
}

/** One of n8n's processes, which knows nothing of the others. */
class Process {
	private readonly loaded = {} as Loaded;
	private readonly credential: AlfaCrmApi;

	constructor() {
		jest.isolateModules(() => {
			for (const path of MODULES) Object.assign(this.loaded, jest.requireActual<Partial<Loaded>>(path));
		});
		this.credential = new this.loaded.AlfaCrmApi();
	}

	/** So many calls, one after the other. */
	async execute(service: Service, stored: Stored, calls: number): Promise<void> {
		const client = new this.loaded.ApiClient(this.contextOf(service, stored));
		for (let call = 0; call < calls; call++) await client.request(READ);
	}

	/** As n8n 2.41 does it: what it renews is in its database before the call goes on. */
	private contextOf(service: Service, stored: Stored): IExecuteFunctions {
		const helpers = {
			httpRequest: async () => await service.logIn(),
		} as unknown as IHttpRequestHelper['helpers'];
		const renew = async (data: IDataObject) => {
			const output = await this.credential.preAuthentication.call({ helpers }, data as never);
			await statement();
			await statement();
			Object.assign(stored, output);
			Object.assign(data, output);
		};
		const send = async (data: IDataObject, options: IHttpRequestOptions) => {
			const { headers = {} } = await this.credential.authenticate(data as never, options);
			return await service.call(String(headers['X-ALFACRM-TOKEN']));
		};
		return {
			getNode: () => NODE,
			getTimezone: () => 'Europe/Moscow',
			getExecutionCancelSignal: () => undefined,
			getCredentials: async () => {
				await statement();
				return { ...stored };
			},
			helpers: {
				httpRequestWithAuthentication: async (
					_type: string,
					options: IHttpRequestOptions,
					{ credentialsDecrypted: { data } }: { credentialsDecrypted: { data: IDataObject } },
				) => {
					try {
						try {
							if (data.token === '') await renew(data);
							return await send(data, options);
						} catch (error) {
							if ((error as { response?: { status?: number } }).response?.status !== 401) throw error;
							await renew(data);
							return await send(data, options);
						}
					} catch (error) {
						throw new this.loaded.NodeApiError(NODE, error as JsonObject);
					}
				},
			},
		} as unknown as IExecuteFunctions;
	}
}

const processes: Process[] = [];
const AT_ONCE = 10;
const EXECUTIONS = 200;
/** After so many of them all tokens expire. */
const EXPIRY = 80;
let schools = 0;

/** Many executions of three calls, ten at a time in each of four processes, while all tokens expire twice. */
async function expiringTwice(rules: { singleToken: boolean; isLimited: boolean }) {
	while (processes.length < 4) processes.push(new Process());
	const service = new Service(rules);
	const stored: Stored = {
		hostname: `school${++schools}.s20.online`,
		email: 'api@school.example',
		apiKey: 'key',
		appKey: '',
		requestsPerSecond: rules.isLimited ? 5 : 0,
		token: service.newToken(),
	};
	let [begun, ended] = [0, 0];
	const failures: string[] = [];
	const work = async (process: Process) => {
		while (begun++ < EXECUTIONS) {
			await process.execute(service, stored, 3).catch((error: Error) => failures.push(error.message));
			ended += 1;
			if (ended % EXPIRY === 0) service.expire();
		}
	};
	const all = processes.flatMap((process) =>
		Array.from({ length: AT_ONCE }, async () => await work(process)),
	);
	await settle(Promise.all(all));
	return { failures, logins: service.logins };
}

describe.each([
	['takes five calls in any second', true],
	['has no limit', false],
])('four processes whose tokens all expire twice, where AlfaCRM %s', (_what, isLimited) => {
	it.each([
		['a login leaves the older tokens alone', false],
		['a login ends the older tokens', true],
	])(
		'log in twice or so each time, no process more than once, and no call fails, where %s',
		async (_rule, singleToken) => {
			let all = 0;
			for (let run = 0; run < depth.logins; run++) {
				random = randomFrom(seed + run);
				const { failures, logins } = await expiringTwice({ singleToken, isLimited });
				expect(failures).toEqual([]);
				expect(logins).toBeGreaterThanOrEqual(2);
				expect(logins).toBeLessThanOrEqual(2 * processes.length);
				all += logins;
			}
			expect(all / depth.logins).toBeLessThanOrEqual(2 * 2.5);
		},
	);
});
