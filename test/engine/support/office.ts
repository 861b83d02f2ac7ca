import type { IDataObject, INodeParameters, NodeApiError } from 'n8n-workflow';

import type { RunOptions, RunResult } from './engine';
import type { School } from './school';

/** The day that stands for "not archived". */
export const OPEN_END = '2030-12-31';
/** An expression that comes to nothing when the node runs; n8n itself refuses a field that is left empty. */
export const EMPTY = '={{ "" }}';
export const UNDEFINED = '={{ undefined }}';
export const NULL = '={{ null }}';

export const recordWithId = (id: unknown): INodeParameters => ({ __rl: true, mode: 'id', value: String(id) });

/** A value that reaches the node as it is, not as a text. */
export const asExpression = (value: unknown): string => `={{ ${JSON.stringify(value)} }}`;

type Overrides = Omit<RunOptions, 'parameters'>;

/** What a test of the operations does again and again with its school. */
interface FrontDesk {
	readRecords: (path: string) => readonly IDataObject[];
	readRecord: (path: string, id: unknown) => IDataObject;
	/** Adds a record past the API. */
	addRecord: (path: string, row: IDataObject) => number;
	changeRecord: (path: string, id: unknown, row: IDataObject) => void;
	/** Adds a lead of branch 1. */
	addLead: (row?: IDataObject) => number;
	readCustomer: (id: unknown) => IDataObject;
	/** Switches of the sandbox. */
	changeSettings: (settings: Record<string, unknown>) => void;
	/** Calls so far that write. */
	readWrites: () => string[];
	/** Runs the node, which must succeed. */
	run: (parameters: INodeParameters, more?: Overrides) => Promise<IDataObject[]>;
	/** The same with everything that n8n tells. */
	runToEnd: (parameters: INodeParameters, more?: Overrides) => Promise<RunResult>;
	/** Runs the node, which must stop before it sends anything, with a message that names the parameter. */
	expectRefusedUnsent: (
		parameters: INodeParameters,
		label: string,
		more?: Overrides,
	) => Promise<NodeApiError>;
	/** Runs the node, which must stop and leave every record as it was. */
	expectRefused: (parameters: INodeParameters, more?: Overrides) => Promise<NodeApiError>;
}

export function frontDeskOf(school: School): FrontDesk {
	const store = () => school.sandbox.store;
	const rows = (path: string) => store().rows(path) as unknown as readonly IDataObject[];
	const row = (path: string, id: unknown) => store().find(path, id as number) as unknown as IDataObject;
	const add = (path: string, values: IDataObject) => store().insert(path, values as never).id;
	const whole = async (parameters: INodeParameters, more: Overrides = {}) =>
		await school.engine.run({ parameters, ...more });
	const stopped = async (parameters: INodeParameters, more: Overrides = {}) => {
		const before = school.sandbox.snapshot();
		const { error, status } = await whole(parameters, more);
		expect(school.sandbox.changes(before)).toEqual([]);
		expect(status).toBe('error');
		return error as NodeApiError;
	};
	return {
		readRecords: rows,
		readRecord: row,
		addRecord: add,
		changeRecord: (path, id, values) => void store().patch(path, id as number, values as never),
		addLead: (values = {}) =>
			add('customer', { name: 'Орлова Мия', is_study: 0, legal_type: 1, branch_ids: [1], ...values }),
		readCustomer: (id) => row('customer', id),
		changeSettings: (settings) => void Object.assign(school.sandbox.settings, settings),
		readWrites: () =>
			school.readCalls().filter((call) => /\/(create|update|delete|teach|bonus-add|bonus-spend)$/.test(call)),
		run: async (parameters, more) => {
			const { json, error } = await whole(parameters, more);
			expect(error).toBeUndefined();
			return json;
		},
		runToEnd: whole,
		expectRefusedUnsent: async (parameters, label, more) => {
			const error = await stopped(parameters, more);
			expect(`${error.message} ${error.description ?? ''}`).toContain(label);
			expect(school.readCalls()).toEqual([]);
			return error;
		},
		expectRefused: stopped,
	};
}

const NOT_FAKED = [
	...(['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate'] as const),
	...(['clearImmediate', 'nextTick', 'queueMicrotask', 'hrtime', 'performance'] as const),
];

/** Only the day stands still, for node and school alike; timers go on. Ends with `jest.useRealTimers()`. */
export function stopClock(moment: string): void {
	jest.useFakeTimers({ now: new Date(moment), doNotFake: NOT_FAKED });
}

/** The form of Create or Update by phone, as a site's form fills it. */
export function upsertByPhoneForm(
	phone: unknown,
	{ name = '', ...fieldsToSet }: INodeParameters = {},
	options: INodeParameters = {},
): INodeParameters {
	return {
		resource: 'customer',
		operation: 'upsert',
		branchId: 1,
		matchBy: 'phone',
		phone: phone as string,
		name,
		fieldsToSet,
		options,
	};
}

/** The form of Find by phone. */
export const findByPhoneForm = (phone: unknown, options: INodeParameters = {}): INodeParameters => ({
	resource: 'customer',
	operation: 'find',
	branchId: 1,
	matchBy: 'phone',
	phone: phone as string,
	options: { ifNone: 'nothing', ...options },
});
