import type { IDataObject, INodeExecutionData, NodeApiError } from 'n8n-workflow';

import { forgetAccounts } from '../../../nodes/AlfaCrm/api/accountKnowledge';
import { catalogue } from '../../../nodes/AlfaCrm/operations/catalogue';
import { performAll } from '../../../nodes/AlfaCrm/run/performAll';
import { Auth } from '../../../sandbox/http/auth';
import { entities } from '../../../sandbox/school/entities';
import { localNow } from '../../../sandbox/model/clock';
import type { JsonObject } from '../../../sandbox/model/json';
import { Lister } from '../../../sandbox/engine/list';
import { Router } from '../../../sandbox/http/router';
import type { Settings } from '../../../sandbox/model/settings';
import { defaultSettings } from '../../../sandbox/model/settings';
import { Store } from '../../../sandbox/engine/store';
import { Writer } from '../../../sandbox/engine/write';
import type { SentRequest } from '../apiSupport';
import { makeAnswerError } from '../../support/nodeErrors';
import type { ExecutionOptions } from './support';
import { openExecution } from './support';

/** Accepts every call without a login. The switches of the settings, such as `forbiddenCalls`, still apply. */
class AuthWithoutLogin extends Auth {
	override authenticate(): ReturnType<Auth['authenticate']> {
		const caller = { id: 1, hasApi: true, denied: [] as string[] };
		return caller as unknown as ReturnType<Auth['authenticate']>;
	}

	override checkAppKey(): void {}
}

/** The items that an execution has returned, or the error that has ended it. */
interface ExecutionEnd {
	items: INodeExecutionData[];
	error?: NodeApiError;
}

type RecordValues = Record<string, unknown>;

/** Options of an execution. Its parameters are the form. */
type RunOptions = Omit<ExecutionOptions, 'parameters'>;

const WRITING_CALL = /\/(create|update|delete|teach)$/;

export const PHONE = '+7(900)555-00-01';
export const OTHER_PHONE = '+7(900)555-00-02';

/** Fills the form of an operation on customers in branch 1, with additional parameters. */
export function customerForm(operation: string, parameters: IDataObject = {}): IDataObject {
	return {
		resource: 'customer',
		operation,
		branchId: 1,
		simplify: false,
		additionalFields: {},
		options: {},
		...parameters,
	};
}

/** Fills the form of Create or Update by phone. */
export function upsertByPhoneForm(
	fieldsToSet: IDataObject = {},
	options: IDataObject = {},
	phone: unknown = PHONE,
): IDataObject {
	return customerForm('upsert', { matchBy: 'phone', phone: phone as string, fieldsToSet, options });
}

/** Fills the form of Find by phone. Find returns nothing when nobody has the phone. */
export function findByPhoneForm(options: IDataObject = {}, phone: unknown = PHONE): IDataObject {
	return customerForm('find', {
		matchBy: 'phone',
		phone: phone as string,
		options: { ifNone: 'nothing', ...options },
	});
}

/**
 * A school in the sandbox, to which the node speaks without HTTP. It has two branches and no other records. Each run is an
 * execution of its own. The node remembers from one execution to the next what it has learned about the account.
 */
export class SmallSchool {
	/** The switches of the sandbox. A test may turn them at any time. */
	readonly settings: Settings;
	readonly store: Store;
	/** The calls so far, such as "customer/create". */
	readonly calls: string[] = [];
	/** The requests of these calls, with their bodies. */
	readonly requests: SentRequest[] = [];
	/**
	 * Answers a call in place of the school, now or in a promise, or throws. When it returns undefined, the school itself
	 * answers.
	 */
	onCall: (call: string, request: SentRequest) => unknown = () => undefined;
	/** Delays an answer that `onCall` has returned in a promise. */
	beforeLateAnswer: () => Promise<void> = async () => await Promise.resolve();
	private readonly router: Router;

	constructor(changedSettings: Partial<Settings> = {}) {
		// All schools have one address, so the node would use what it has learned about the school of the last test.
		forgetAccounts();

		const settings: Settings = { ...structuredClone(defaultSettings), ...changedSettings };
		const store = new Store(entities, () => localNow(settings));
		const auth = new AuthWithoutLogin(settings);
		this.settings = settings;
		this.store = store;
		const lister = new Lister(store, settings);
		const writer = new Writer(store, settings);
		this.router = new Router(settings, store, auth, lister, writer);

		this.addRecord('branch', { id: 1, name: 'Филиал 1', is_active: 1 });
		this.addRecord('branch', { id: 2, name: 'Филиал 2', is_active: 1 });
	}

	/** Answers with a list that cannot be read whole: each reading shows another record, and the total is too high. */
	answerWithUnstableList({ body }: SentRequest): unknown {
		const recordOfThisReading = { id: 1_000 + this.calls.length };
		return { items: body.page === 0 ? [recordOfThisReading] : [], total: 99 };
	}

	/** Adds a record past the API and returns its ID. The path is AlfaCRM's, such as "lead-status". */
	addRecord(path: string, values: RecordValues): number {
		return this.store.insert(path, values as JsonObject).id;
	}

	/** Adds an active lead of branch 1 without a phone, unless the values say otherwise. */
	addLead(values: RecordValues = {}): number {
		return this.addRecord('customer', {
			name: 'Орлова Мия',
			is_study: 0,
			legal_type: 1,
			branch_ids: [1],
			...values,
		});
	}

	readRecord(path: string, id: number): IDataObject {
		return this.store.find(path, id) as unknown as IDataObject;
	}

	readRecords(path: string): IDataObject[] {
		return this.store.rows(path) as unknown as IDataObject[];
	}

	/** Changes a record past the API. */
	changeRecord(path: string, id: unknown, values: RecordValues): void {
		this.store.patch(path, id as number, values as JsonObject);
	}

	/** Reads the calls so far that create, change or delete something. */
	readWrites(): string[] {
		return this.calls.filter((call) => WRITING_CALL.test(call));
	}

	/** Reads the requests so far of a call such as "customer/create". */
	readRequests(call: string): SentRequest[] {
		return this.requests.filter(({ url }) => url.endsWith(`/${call}`));
	}

	/** Runs a form for all items, and returns the output, the error if there was one, and the hints. */
	async runToEnd(parameters: IDataObject, options: RunOptions = {}) {
		const execution = openExecution((request) => this.answer(request), { ...options, parameters });

		const end = await performAll(execution.run, catalogue).then(
			(items): ExecutionEnd => ({ items }),
			(error: NodeApiError): ExecutionEnd => ({ items: [], error }),
		);

		const json = end.items.map((item) => item.json);
		return { json, error: end.error, hints: execution.hints(), execution };
	}

	/** Runs a form, which must succeed, and returns the output and the hints. */
	async run(parameters: IDataObject, options: RunOptions = {}) {
		const { json, error, hints } = await this.runToEnd(parameters, options);
		if (error) throw error;
		return { json, hints };
	}

	/** Runs forms one after the other, and returns the `operationResult` of each, such as "created, unchanged". */
	async runInTurn(...forms: IDataObject[]): Promise<string> {
		const results: unknown[] = [];
		for (const form of forms) {
			const { json } = await this.run(form);
			results.push(json[0].operationResult);
		}
		return results.join(', ');
	}

	/** Runs a form that must fail and must not write anything, and returns the error. */
	async expectRefused(parameters: IDataObject) {
		const writesBefore = this.readWrites();
		const { error } = await this.runToEnd(parameters);

		expect(this.readWrites()).toEqual(writesBefore);
		if (error === undefined) throw new Error('The run succeeded although it should have been refused');
		return { message: error.message, description: error.description, httpCode: error.httpCode };
	}

	/** Runs a form that must fail before anything is sent, and returns the error. */
	async expectRefusedUnsent(parameters: IDataObject) {
		const callsBefore = this.calls.length;
		const error = await this.expectRefused(parameters);

		expect(this.calls).toHaveLength(callsBefore);
		return error;
	}

	/** Records a request, and answers it by `onCall` or, if that returns undefined, by the school. */
	answer(request: SentRequest): unknown {
		const { call } = readAddress(request.url);
		this.calls.push(call);
		this.requests.push(request);

		const answer = this.onCall(call, request);
		if (answer instanceof Promise) return this.answerLate(request, answer);
		return answer === undefined ? this.answerAsSchool(request) : answer;
	}

	private async answerLate(request: SentRequest, lateAnswer: Promise<unknown>): Promise<unknown> {
		const answer = await lateAnswer;
		const sentAnswer = answer === undefined ? this.answerAsSchool(request) : answer;
		await this.beforeLateAnswer();
		return sentAnswer;
	}

	private answerAsSchool(request: SentRequest): unknown {
		const { path, branch, entity, action } = readAddress(request.url);
		const query = Object.fromEntries(
			Object.entries(request.query).map(([name, value]) => [name, String(value)]),
		);

		const { status, body } = this.router.handle({
			at: 0,
			method: 'POST',
			url: path,
			path,
			query,
			headers: {},
			text: JSON.stringify(request.body),
			json: structuredClone(request.body) as JsonObject,
			branch,
			entity,
			action,
		});

		if (status >= 300) throw makeAnswerError(status, body);
		return structuredClone(body);
	}
}

/** Splits the address of a call, such as "/v2api/1/customer/create", or "/v2api/branch/index" without a branch. */
function readAddress(url: string) {
	const { pathname: path } = new URL(url);
	const parts = path.split('/').slice(2);
	const branch = /^\d+$/.test(parts[0]) ? Number(parts.shift()) : null;
	const [entity, action] = parts;
	return { path, branch, entity, action, call: `${entity}/${action}` };
}
