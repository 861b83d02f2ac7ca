import { startSandbox, type JsonObject, type Row, type Sandbox, type Settings } from '../../sandbox';
import { CUSTOMER_TYPE, RECORD_STATUS } from '../support/codes';

interface CallOptions {
	/** The token of the call, if it is not that of the last login; null for a call without a token. */
	token?: string | null;
	method?: string;
	headers?: Record<string, string>;
	/** The text to send in place of the JSON of `body`. */
	raw?: string;
}

interface SchoolOptions {
	/** The number of customers to invent. */
	customers?: number;
}

/**
 * A sandbox and a plain client for it. The client knows nothing of the node, so the tests show what any
 * program gets from the sandbox.
 */
export class School {
	/** The token of the last login, which calls send. */
	token = '';
	sandbox!: Sandbox;

	/** Starts the sandbox without a rate limit, unless the settings have one, and logs in. */
	async open(settings: Partial<Settings> = {}, options: SchoolOptions = {}): Promise<this> {
		this.sandbox = await startSandbox({
			customers: 60,
			...options,
			settings: { rateLimit: 0, ...settings },
		});
		await this.login();
		return this;
	}

	get settings(): Settings {
		return this.sandbox.settings;
	}

	/** Puts the school back into the state that it had after `open`. */
	async restore(): Promise<void> {
		this.sandbox.reset();
		await this.login();
	}

	async close(): Promise<void> {
		await this.sandbox.close();
	}

	/**
	 * Sends a call and returns the answer. Its `json` is the parsed body, or `{}` if the body is no JSON
	 * object.
	 */
	async call(path: string, body: unknown = {}, options: CallOptions = {}) {
		const { token = this.token, method = 'POST', headers = {}, raw } = options;
		const tokenHeaders: Record<string, string> = token === null ? {} : { 'x-alfacrm-token': token };
		const response = await fetch(`${this.sandbox.url}/v2api/${path}`, {
			method,
			redirect: 'manual',
			headers: { 'content-type': 'application/json', ...tokenHeaders, ...headers },
			body: method === 'GET' ? undefined : (raw ?? JSON.stringify(body)),
		});

		const text = await response.text();
		const json = parseObject(text);
		const items = (Array.isArray(json.items) ? json.items : []) as JsonObject[];

		return {
			status: response.status,
			headers: response.headers,
			text,
			json,
			items,
			ids: toIds(items),
			model: (json.model ?? {}) as JsonObject,
			errors: json.errors,
		};
	}

	/** Sends a login, which may be refused, and returns the answer. */
	async tryLogin(email: string, apiKey: string, options: CallOptions = {}) {
		return await this.call('auth/login', { email, api_key: apiKey }, { token: null, ...options });
	}

	/** Logs in and uses the token for all later calls. */
	async login(account = this.sandbox.account as { email: string; apiKey: string }): Promise<string> {
		const { json } = await this.tryLogin(account.email, account.apiKey);
		this.token = String(json.token);
		return this.token;
	}

	/** Sends a call to the control API of the sandbox, and returns its answer. */
	async callControl(
		method: string,
		path: string,
		body?: unknown,
	): Promise<{ status: number; json: unknown }> {
		const response = await fetch(`${this.sandbox.url}/_sandbox/${path}`, {
			method,
			body: body === undefined ? undefined : JSON.stringify(body),
		});
		return { status: response.status, json: await response.json() };
	}

	/** Lists the rows of all pages. */
	async listEveryPage(path: string, body: JsonObject = {}): Promise<JsonObject[]> {
		const rows: JsonObject[] = [];
		for (let page = 0; page < 300; page += 1) {
			const { items } = await this.call(path, { ...body, page });
			if (items.length === 0) return rows;

			rows.push(...items);
		}
		throw new Error('The list does not end');
	}

	/** Lists one page and returns its IDs, sorted. */
	async listIds(path: string, body: JsonObject = {}): Promise<number[]> {
		return sortIds((await this.call(path, body)).ids);
	}

	/** Reads the records that the sandbox has, past the API. */
	readRecords(entity: string): readonly Row[] {
		return this.sandbox.store.rows(entity);
	}

	/** Reads one record past the API. */
	readRecord(entity: string, id: unknown): Row | undefined {
		return this.sandbox.store.find(entity, Number(id));
	}

	/** Finds the IDs of records past the API, sorted. */
	findIds(entity: string, test: (row: Row) => boolean): number[] {
		return sortIds(toIds(this.readRecords(entity).filter(test)));
	}

	/** Adds a record past the API and returns its ID. */
	addRecord(entity: string, values: JsonObject): number {
		return this.sandbox.store.insert(entity, values).id;
	}

	/** Changes fields of a record past the API. */
	changeRecord(entity: string, id: number, values: JsonObject): void {
		this.sandbox.store.patch(entity, id, values);
	}

	/** Turns switches of the sandbox. */
	changeSettings(settings: Partial<Settings>): void {
		Object.assign(this.settings, settings);
	}

	/** Sets the clock of the school to a time such as "2026-02-12 10:00:00". */
	setClock(now: string): void {
		this.settings.now = now;
	}

	/** Sends a write that must succeed, and returns the record as the answer shows it. */
	async save(path: string, body: JsonObject = {}): Promise<JsonObject> {
		const { json, model } = await this.call(path, body);

		expect(json).toMatchObject({ success: true, errors: [] });
		return model;
	}

	/** Sends a write that must be refused without changing a record, and returns the errors by field. */
	async expectRefused(path: string, body: JsonObject): Promise<unknown> {
		const stateBefore = this.sandbox.state();

		const { status, json } = await this.call(path, body);

		expect(status).toBe(200);
		expect(json.success).toBe(false);
		expect(this.sandbox.state()).toBe(stateBefore);
		return json.errors;
	}

	/** Removes all records of an entity past the API, without an entry in the log. */
	removeAllRecords(entity: string): void {
		const { store } = this.sandbox;
		store.withoutEvents(() => {
			for (const { id } of this.readRecords(entity)) {
				store.remove(entity, id);
			}
		});
	}
}

/** Opens a school for the tests of a file or `describe`, and restores it after each of them. */
export function useSchool(settings: Partial<Settings> = {}, options: SchoolOptions = {}): School {
	const school = new School();

	beforeAll(async () => {
		await school.open(settings, options);
	});

	afterEach(async () => {
		await school.restore();
	});

	afterAll(async () => {
		await school.close();
	});

	return school;
}

/** Parses a body that is a JSON object. Returns `{}` for any other body. */
function parseObject(text: string): Record<string, unknown> {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
	} catch {
		return {};
	}
}

/** Makes a matcher for the error body of Yii, the framework of AlfaCRM. */
export function yiiError(status: number, name: string) {
	return {
		status,
		name,
		message: expect.any(String) as string,
		code: 0,
		type: expect.stringContaining('yii\\web\\') as string,
	};
}

/** Makes the errors of a required field that is empty. */
export function requiredError(label: string): string[] {
	return [`Необходимо заполнить «${label}».`];
}

/** Makes the errors of a field whose value AlfaCRM cannot read. */
export function formatError(label: string): string[] {
	return [`Неверный формат значения «${label}».`];
}

/** The body of a new lead, with the required fields only. */
export const newLead = {
	name: 'Тестов Пример',
	is_study: CUSTOMER_TYPE.lead,
	legal_type: 1,
};

/**
 * Filters with which a list of customers leaves nobody out: it shows leads and clients, archived ones too.
 */
export const allCustomers = {
	is_study: CUSTOMER_TYPE.all,
	removed: RECORD_STATUS.all,
};

/** Sorts IDs in ascending order. */
export function sortIds(ids: readonly number[]): number[] {
	return [...ids].sort((a, b) => a - b);
}

/** Reads the IDs of records. */
export function toIds(rows: readonly JsonObject[]): number[] {
	return rows.map(({ id }) => Number(id));
}

/** Rewrites the day "10.02.2026" as "2026-02-10", so that days can be compared as texts. */
export function toIsoDay(dottedDay: unknown): string {
	return String(dottedDay).split('.').reverse().join('-');
}
