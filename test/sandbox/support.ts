import { startSandbox, type JsonObject, type Row, type Sandbox, type Settings } from '../../sandbox';

interface CallOptions {
	token?: string | null;
	method?: string;
	headers?: Record<string, string>;
	/** Sent as it is in place of the JSON of `body`. */
	raw?: string;
}

/** A sandbox and a plain client for it, independent of the node under development. */
export class School {
	token = '';
	sandbox!: Sandbox;

	async open(settings: Partial<Settings> = {}, options: { customers?: number } = {}): Promise<this> {
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

	/** As after `open`. */
	async restore(): Promise<void> {
		this.sandbox.reset();
		await this.login();
	}

	async close(): Promise<void> {
		await this.sandbox.close();
	}

	/** In what it returns, `json` is the parsed body, or `{}` when that is no JSON object. */
	async call(path: string, body: unknown = {}, options: CallOptions = {}) {
		const { token = this.token, method = 'POST', headers = {}, raw } = options;
		const answer = await fetch(`${this.sandbox.url}/v2api/${path}`, {
			method,
			redirect: 'manual',
			headers: {
				'content-type': 'application/json',
				...(token === null ? {} : { 'x-alfacrm-token': token }),
				...headers,
			},
			body: method === 'GET' ? undefined : (raw ?? JSON.stringify(body)),
		});
		const text = await answer.text();
		const json = parsed(text);
		const items = (Array.isArray(json.items) ? json.items : []) as JsonObject[];
		const { status, headers: received } = answer;
		const model = (json.model ?? {}) as JsonObject;
		return { status, headers: received, text, json, items, ids: toIds(items), model, errors: json.errors };
	}

	async tryLogin(email: string, apiKey: string, options: CallOptions = {}) {
		return await this.call('auth/login', { email, api_key: apiKey }, { token: null, ...options });
	}

	async login(account = this.sandbox.account as { email: string; apiKey: string }): Promise<string> {
		const { json } = await this.tryLogin(account.email, account.apiKey);
		this.token = String(json.token);
		return this.token;
	}

	async callControl(
		method: string,
		path: string,
		body?: unknown,
	): Promise<{ status: number; json: unknown }> {
		const answer = await fetch(`${this.sandbox.url}/_sandbox/${path}`, {
			method,
			body: body === undefined ? undefined : JSON.stringify(body),
		});
		return { status: answer.status, json: await answer.json() };
	}

	/** Every page of a list. */
	async listEveryPage(path: string, body: JsonObject = {}): Promise<JsonObject[]> {
		const rows: JsonObject[] = [];
		for (let page = 0; page < 300; page += 1) {
			const { items } = await this.call(path, { ...body, page });
			if (items.length === 0) return rows;
			rows.push(...items);
		}
		throw new Error('The list does not end');
	}

	/** The ids of a page, sorted. */
	async listIds(path: string, body: JsonObject = {}): Promise<number[]> {
		return sortIds((await this.call(path, body)).ids);
	}

	/** What the sandbox holds, past its API. */
	readRecords(entity: string): readonly Row[] {
		return this.sandbox.store.rows(entity);
	}

	readRecord(entity: string, id: unknown): Row | undefined {
		return this.sandbox.store.find(entity, Number(id));
	}

	/** The ids of rows that it holds, sorted. */
	findIds(entity: string, test: (row: Row) => boolean): number[] {
		return sortIds(toIds(this.readRecords(entity).filter(test)));
	}
}

/** A school for the tests that follow, each of which begins with it as it was. */
export function useSchool(settings: Partial<Settings> = {}, options: { customers?: number } = {}): School {
	const school = new School();
	beforeAll(async () => void (await school.open(settings, options)));
	afterEach(async () => await school.restore());
	afterAll(async () => await school.close());
	return school;
}

function parsed(text: string): Record<string, unknown> {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
	} catch {
		return {};
	}
}

/** The error shape of Yii. */
export const yiiError = (status: number, name: string) => ({
	status,
	name,
	message: expect.any(String) as string,
	code: 0,
	type: expect.stringContaining('yii\\web\\') as string,
});

/** What AlfaCRM says of a field that is empty, and of one that it cannot read. */
export const requiredError = (label: string) => [`Необходимо заполнить «${label}».`];
export const formatError = (label: string) => [`Неверный формат значения «${label}».`];

/** The least that a new customer needs. */
export const newLead = { name: 'Тестов Пример', is_study: 0, legal_type: 1 };
/** What shows customers of every kind. */
export const allCustomers = { is_study: 2, removed: 1 };

export const sortIds = (ids: readonly number[]): number[] => [...ids].sort((a, b) => a - b);
export const toIds = (rows: readonly JsonObject[]): number[] => rows.map(({ id }) => Number(id));
/** Of rows that hold a list of ids, those with this one. */
export const listIncludes = (field: string, id: number) => (row: Row) =>
	(row[field] as number[]).includes(id);
/** 2026-02-10 of 10.02.2026. */
export const toIsoDay = (dotted: unknown) => String(dotted).split('.').reverse().join('-');
