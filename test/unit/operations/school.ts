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

/** Whoever calls may do everything, but for what a switch forbids. */
class OpenDoor extends Auth {
	override authenticate(): ReturnType<Auth['authenticate']> {
		return { id: 1, hasApi: true, denied: [] as string[] } as unknown as ReturnType<Auth['authenticate']>;
	}
	override checkAppKey(): void {}
}

interface End {
	items: INodeExecutionData[];
	error?: NodeApiError;
}

type Json = Record<string, unknown>;

export const PHONE = '+7(900)555-00-01';
export const OTHER_PHONE = '+7(900)555-00-02';

/** The form of an operation on customers, in branch 1. */
export const customerForm = (operation: string, more: IDataObject = {}): IDataObject => ({
	...{ resource: 'customer', operation, branchId: 1, simplify: false, additionalFields: {}, options: {} },
	...more,
});
/** The form of Create or Update by phone, as a site's form fills it. */
export const upsertByPhoneForm = (
	fieldsToSet: IDataObject = {},
	options: IDataObject = {},
	phone: unknown = PHONE,
) => customerForm('upsert', { matchBy: 'phone', phone: phone as string, fieldsToSet, options });
export const findByPhoneForm = (options: IDataObject = {}, phone: unknown = PHONE) =>
	customerForm('find', {
		matchBy: 'phone',
		phone: phone as string,
		options: { ifNone: 'nothing', ...options },
	});

/** The sandbox without HTTP between, with two branches and nobody in it. */
export class SmallSchool {
	readonly settings: Settings;
	readonly store: Store;
	/** Calls so far, as "customer/create". */
	readonly calls: string[] = [];
	readonly requests: SentRequest[] = [];
	/** Stands in for the answer to a call, unless it gives undefined, also in the end; may throw. */
	onCall: (call: string, request: SentRequest) => unknown = () => undefined;
	/** Before an answer leaves to a call for which `onCall` gave a promise. */
	beforeLateAnswer: () => Promise<void> = async () => await Promise.resolve();
	private readonly service: Router;

	constructor(settings: Partial<Settings> = {}) {
		// Each is another AlfaCRM at the same address.
		forgetAccounts();
		this.settings = { ...structuredClone(defaultSettings), ...settings };
		this.store = new Store(entities, () => localNow(this.settings));
		const { store, settings: all } = this;
		this.service = new Router(all, store, new OpenDoor(all), new Lister(store, all), new Writer(store, all));
		for (const id of [1, 2]) store.insert('branch', { id, name: `Филиал ${id}`, is_active: 1 });
	}

	/** Answers of a list that shows another record at each reading, and counts more: nobody knows what is in it. */
	answerWithUnstableList({ body }: SentRequest): unknown {
		return { items: body.page === 0 ? [{ id: 1_000 + this.calls.length }] : [], total: 99 };
	}

	addRecord(path: string, row: Json): number {
		return this.store.insert(path, row as never).id;
	}

	addLead(row: Json = {}): number {
		return this.addRecord('customer', {
			name: 'Орлова Мия',
			is_study: 0,
			legal_type: 1,
			branch_ids: [1],
			...row,
		});
	}

	readRecord(path: string, id: number): IDataObject {
		return this.store.find(path, id) as unknown as IDataObject;
	}

	readRecords(path: string): IDataObject[] {
		return this.store.rows(path) as unknown as IDataObject[];
	}

	changeRecord(path: string, id: unknown, row: Json): void {
		this.store.patch(path, id as number, row as never);
	}

	/** Calls so far that write. */
	readWrites(): string[] {
		return this.calls.filter((call) => /\/(create|update|delete|teach)$/.test(call));
	}

	/** The requests of a call so far. */
	readRequests(call: string): SentRequest[] {
		return this.requests.filter(({ url }) => url.endsWith(`/${call}`));
	}

	/** Runs the node for its items. */
	async runToEnd(parameters: IDataObject, options: Omit<ExecutionOptions, 'parameters'> = {}) {
		const desk = openExecution((request) => this.answer(request), { parameters, ...options });
		const end = await performAll(desk.run, catalogue).then(
			(items): End => ({ items }),
			(error: NodeApiError): End => ({ items: [], error }),
		);
		return { json: end.items.map(({ json }) => json), error: end.error, hints: desk.hints(), desk };
	}

	/** The same where it must succeed. */
	async run(parameters: IDataObject, options: Omit<ExecutionOptions, 'parameters'> = {}) {
		const { json, error, hints } = await this.runToEnd(parameters, options);
		if (error) throw error;
		return { json, hints };
	}

	/** What came of each form, one after the other: "created, unchanged". */
	async runInTurn(...forms: IDataObject[]) {
		const results: unknown[] = [];
		for (const form of forms) results.push((await this.run(form)).json[0].operationResult);
		return results.join(', ');
	}

	/** Runs the node, which must stop without a write. */
	async expectRefused(parameters: IDataObject) {
		const before = this.readWrites();
		const { error } = await this.runToEnd(parameters);
		expect(this.readWrites()).toEqual(before);
		if (error === undefined) throw new Error('It went through');
		return { message: error.message, description: error.description, httpCode: error.httpCode };
	}

	/** The same, before anything is sent at all. */
	async expectRefusedUnsent(parameters: IDataObject) {
		const before = this.calls.length;
		const error = await this.expectRefused(parameters);
		expect(this.calls).toHaveLength(before);
		return error;
	}

	/** What it answers to a request. */
	answer(request: SentRequest): unknown {
		const { pathname } = new URL(request.url);
		const parts = pathname.split('/').slice(2);
		const branch = /^\d+$/.test(parts[0]) ? Number(parts.shift()) : null;
		const [entity, action] = parts;
		this.calls.push(`${entity}/${action}`);
		this.requests.push(request);
		const serve = () => this.serve(request, branch, entity, action);
		const instead = this.onCall(`${entity}/${action}`, request);
		if (!(instead instanceof Promise)) return instead === undefined ? serve() : instead;
		return instead.then(async (late: unknown) => {
			const answer = late === undefined ? serve() : late;
			await this.beforeLateAnswer();
			return answer;
		});
	}

	private serve(request: SentRequest, branch: number | null, entity: string, action: string): unknown {
		const { pathname } = new URL(request.url);
		const query = Object.fromEntries(
			Object.entries(request.query).map(([name, value]) => [name, String(value)]),
		);
		const { status, body } = this.service.handle({
			at: 0,
			method: 'POST',
			url: pathname,
			path: pathname,
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
