import type { FromAIArgument, IDataObject, INodeParameters, NodeApiError } from 'n8n-workflow';

import type { JournalEntry } from '../../../sandbox';
import { CUSTOMER_TYPE } from '../../support/codes';
import { readToolArguments, callTool, makeToolContext } from './agentTool';
import type { RunOptions, RunResult } from './engine';
import { Engine } from './engine';
import type { School } from './school';

/** Options of a run. Its parameters are the form. */
type NodeOptions = Omit<RunOptions, 'parameters'>;

/** Matches a call that writes, such as "customer/create" or "lesson/teach". */
const WRITING_CALL = /\/(create|update|delete|teach|bonus-add|bonus-spend)$/;

/** Verbs that change the school past the API, to arrange a test. */
interface RecordChanges {
	/** Adds a record of an entity, and returns its ID. */
	addRecord: (entity: string, values: IDataObject) => number;
	/** Adds an active lead of branch 1 without a phone, unless the values say otherwise. */
	addLead: (values?: IDataObject) => number;
	/** Adds a client of branch 1. */
	addClient: (values?: IDataObject) => number;
	/** Adds a client whose card was archived, in 2020 unless the day is given. */
	addArchivedClient: (values?: IDataObject) => number;
	/** Changes some values of a record. */
	changeRecord: (entity: string, id: unknown, values: IDataObject) => void;
	/** Turns switches of the sandbox, for which the documentation is `Settings`. */
	changeSettings: (settings: Record<string, unknown>) => void;
}

/** Verbs that read the school past the API, to judge a test by what AlfaCRM stores and has received. */
interface SchoolReadings {
	readRecord: (entity: string, id: unknown) => IDataObject;
	readRecords: (entity: string) => readonly IDataObject[];
	readCustomer: (id: unknown) => IDataObject;
	/** Reads the payments of a customer. */
	readPaymentsOf: (customer: number) => IDataObject[];
	/** Reads the calls that searched for a phone. */
	readSearchesByPhone: () => JournalEntry[];
	/** Reads the calls that write, such as "pay/create". */
	readWrites: () => string[];
}

/** Verbs that run the node in n8n's own engine. */
interface NodeRuns {
	/** Runs a form, which must succeed, and returns the items. */
	run: (form: INodeParameters, options?: NodeOptions) => Promise<IDataObject[]>;
	/** Runs a form, which may fail, and returns all that n8n shows. */
	runToEnd: (form: INodeParameters, options?: NodeOptions) => Promise<RunResult>;
	/** Runs a form with a second credential of the account, as another workflow might. */
	runWithOtherCredential: (form: INodeParameters) => Promise<RunResult>;
	/** Lets an agent call the node as a tool, and returns which arguments the model was asked for. */
	callAsTool: (
		form: INodeParameters,
		args: IDataObject,
	) => Promise<{ toolArguments: FromAIArgument[]; records: IDataObject[] }>;
}

/** Verbs for forms that the node must refuse. */
interface ExpectedRefusals {
	/** Runs a form that must be refused without changing any record, and returns the error. */
	expectRefused: (form: INodeParameters, options?: NodeOptions) => Promise<NodeApiError>;
	/**
	 * Runs a form that must be refused before anything is sent, and returns the error.
	 * @param words that its message or description must contain, usually the name of a parameter
	 */
	expectRefusedUnsent: (form: INodeParameters, words: string, options?: NodeOptions) => Promise<NodeApiError>;
}

type FrontDesk = RecordChanges & SchoolReadings & NodeRuns & ExpectedRefusals;

/**
 * Makes the verbs with which the tests of operations arrange, act and assert in the school of a test file.
 */
export function frontDeskOf(school: School): FrontDesk {
	const runs = makeNodeRuns(school);
	return {
		...makeRecordChanges(school),
		...makeSchoolReadings(school),
		...runs,
		...makeExpectedRefusals(school, runs),
	};
}

/** Makes the verbs that change the school past the API. */
function makeRecordChanges(school: School): RecordChanges {
	const addRecord: RecordChanges['addRecord'] = (entity, values) =>
		school.sandbox.store.insert(entity, values as never).id;

	const addLead: RecordChanges['addLead'] = (values = {}) =>
		addRecord('customer', {
			name: 'Орлова Мия',
			is_study: CUSTOMER_TYPE.lead,
			legal_type: 1,
			branch_ids: [1],
			...values,
		});

	const addClient: RecordChanges['addClient'] = (values = {}) =>
		addLead({ is_study: CUSTOMER_TYPE.client, ...values });

	return {
		addRecord,
		addLead,
		addClient,
		addArchivedClient: (values = {}) => addClient({ e_date: '2020-01-01', ...values }),
		changeRecord: (entity, id, values) => {
			school.sandbox.store.patch(entity, id as number, values as never);
		},
		changeSettings: (settings) => {
			Object.assign(school.sandbox.settings, settings);
		},
	};
}

/** Makes the verbs that read the school past the API. */
function makeSchoolReadings(school: School): SchoolReadings {
	const readRecord: SchoolReadings['readRecord'] = (entity, id) =>
		school.sandbox.store.find(entity, id as number) as unknown as IDataObject;

	const readRecords: SchoolReadings['readRecords'] = (entity) =>
		school.sandbox.store.rows(entity) as unknown as readonly IDataObject[];

	return {
		readRecord,
		readRecords,
		readCustomer: (id) => readRecord('customer', id),
		readPaymentsOf: (customer) => readRecords('pay').filter(({ customer_id }) => customer_id === customer),
		readSearchesByPhone: () => school.readJournal('customer/index').filter(asksForPhone),
		readWrites: () => school.readCalls().filter((call) => WRITING_CALL.test(call)),
	};
}

/** Tells whether a call searches for a phone. */
function asksForPhone({ body }: JournalEntry): boolean {
	return (body as IDataObject | undefined)?.phone !== undefined;
}

/** Makes the verbs that run the node. */
function makeNodeRuns(school: School): NodeRuns {
	const runToEnd: NodeRuns['runToEnd'] = async (form, options = {}) =>
		await school.engine.run({ parameters: form, ...options });

	return {
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
	};
}

/** Makes the verbs that run a form which the node must refuse. */
function makeExpectedRefusals(school: School, { runToEnd }: NodeRuns): ExpectedRefusals {
	const expectRefused: ExpectedRefusals['expectRefused'] = async (form, options = {}) => {
		const recordsBefore = school.sandbox.snapshot();

		const { error, status } = await runToEnd(form, options);

		expect(school.sandbox.changes(recordsBefore)).toEqual([]);
		expect(status).toBe('error');
		return error as NodeApiError;
	};

	return {
		expectRefused,
		expectRefusedUnsent: async (form, words, options) => {
			const error = await expectRefused(form, options);

			expect(`${error.message} ${error.description ?? ''}`).toContain(words);
			expect(school.readCalls()).toEqual([]);
			return error;
		},
	};
}
