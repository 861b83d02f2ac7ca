import type { FromAIArgument, IDataObject, INodeParameters, NodeApiError } from 'n8n-workflow';

import type { JournalEntry } from '../../../sandbox';
import { readToolArguments, callTool, makeToolContext } from './agentTool';
import type { RunOptions, RunResult } from './engine';
import { Engine } from './engine';
import type { School } from './school';

type NodeOptions = Omit<RunOptions, 'parameters'>;

/** A write, as its call ends: "customer/create", "lesson/teach". */
const WRITE = /\/(create|update|delete|teach|bonus-add|bonus-spend)$/;

/** The verbs of the tests of operations: some change the school past the API, others run the node. */
interface FrontDesk {
	/** Adds a record of an entity past the API, and returns its ID. */
	addRecord: (entity: string, values: IDataObject) => number;
	/** Adds a lead of branch 1. */
	addLead: (values?: IDataObject) => number;
	/** Adds a client of branch 1. */
	addClient: (values?: IDataObject) => number;
	/** Adds a client whose card was archived, in 2020 unless the day is given. */
	addArchivedClient: (values?: IDataObject) => number;
	changeRecord: (entity: string, id: unknown, values: IDataObject) => void;
	/** Turns switches of the sandbox. */
	changeSettings: (settings: Record<string, unknown>) => void;

	readRecord: (entity: string, id: unknown) => IDataObject;
	readRecords: (entity: string) => readonly IDataObject[];
	readCustomer: (id: unknown) => IDataObject;
	readPaymentsOf: (customer: number) => IDataObject[];
	/** Reads the searches for a phone that AlfaCRM has received. */
	readSearchesByPhone: () => JournalEntry[];
	/** Reads the calls so far that write, such as "pay/create". */
	readWrites: () => string[];

	/** Runs the node, which must succeed, and returns its items. */
	run: (form: INodeParameters, options?: NodeOptions) => Promise<IDataObject[]>;
	/** Runs the node, whatever comes of it, and returns all that n8n shows. */
	runToEnd: (form: INodeParameters, options?: NodeOptions) => Promise<RunResult>;
	/** Runs the node with a second credential of the same account, as another workflow might. */
	runWithOtherCredential: (form: INodeParameters) => Promise<RunResult>;
	/** Lets an agent call the node as a tool, and returns which arguments the model was asked for. */
	callAsTool: (
		form: INodeParameters,
		args: IDataObject,
	) => Promise<{ toolArguments: FromAIArgument[]; records: IDataObject[] }>;

	/** Runs a form that must be refused without changing any record, and returns the error. */
	expectRefused: (form: INodeParameters, options?: NodeOptions) => Promise<NodeApiError>;
	/**
	 * Runs a form that must be refused before anything is sent, and returns the error.
	 * @param words that its message or description must contain, usually the name of a parameter
	 */
	expectRefusedUnsent: (form: INodeParameters, words: string, options?: NodeOptions) => Promise<NodeApiError>;
}

/** Makes the verbs for the school of a test file. */
export function frontDeskOf(school: School): FrontDesk {
	const store = () => school.sandbox.store;

	const addRecord: FrontDesk['addRecord'] = (entity, values) => store().insert(entity, values as never).id;

	const addLead: FrontDesk['addLead'] = (values = {}) =>
		addRecord('customer', {
			name: 'Орлова Мия',
			is_study: 0,
			legal_type: 1,
			branch_ids: [1],
			...values,
		});

	const addClient: FrontDesk['addClient'] = (values = {}) => addLead({ is_study: 1, ...values });

	const readRecord: FrontDesk['readRecord'] = (entity, id) =>
		store().find(entity, id as number) as unknown as IDataObject;

	const readRecords: FrontDesk['readRecords'] = (entity) =>
		store().rows(entity) as unknown as readonly IDataObject[];

	const runToEnd: FrontDesk['runToEnd'] = async (form, options = {}) =>
		await school.engine.run({ parameters: form, ...options });

	const expectRefused: FrontDesk['expectRefused'] = async (form, options = {}) => {
		const before = school.sandbox.snapshot();

		const { error, status } = await runToEnd(form, options);

		expect(school.sandbox.changes(before)).toEqual([]);
		expect(status).toBe('error');
		return error as NodeApiError;
	};

	return {
		addRecord,
		addLead,
		addClient,
		addArchivedClient: (values = {}) => addClient({ e_date: '2020-01-01', ...values }),
		changeRecord: (entity, id, values) => {
			store().patch(entity, id as number, values as never);
		},
		changeSettings: (settings) => {
			Object.assign(school.sandbox.settings, settings);
		},

		readRecord,
		readRecords,
		readCustomer: (id) => readRecord('customer', id),
		readPaymentsOf: (customer) => readRecords('pay').filter(({ customer_id }) => customer_id === customer),
		readSearchesByPhone: () =>
			school
				.readJournal('customer/index')
				.filter(({ body }) => (body as IDataObject | undefined)?.phone !== undefined),
		readWrites: () => school.readCalls().filter((call) => WRITE.test(call)),

		run: async (form, options) => {
			const { json, error } = await runToEnd(form, options);
			expect(error).toBeUndefined();
			return json;
		},
		runToEnd,
		runWithOtherCredential: async (form) => {
			const engine = new Engine(school.credential, '2');
			return await engine.run({ parameters: form });
		},
		callAsTool: async (form, args) => {
			const context = makeToolContext(school, form, args);
			const toolArguments = readToolArguments(context);
			const items = await callTool(context);
			return { toolArguments, records: items.map(({ json }) => json) };
		},

		expectRefused,
		expectRefusedUnsent: async (form, words, options) => {
			const error = await expectRefused(form, options);

			expect(`${error.message} ${error.description ?? ''}`).toContain(words);
			expect(school.readCalls()).toEqual([]);
			return error;
		},
	};
}
