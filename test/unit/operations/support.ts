import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { ProcessedData } from '../../../nodes/AlfaCrm/api/databaseRow';
import { Execution } from '../../../nodes/AlfaCrm/run/execution';
import { Item } from '../../../nodes/AlfaCrm/run/item';
import type { ContextOptions, SentRequest } from '../apiSupport';
import { makeContext } from '../apiSupport';

export interface ExecutionOptions extends ContextOptions {
	/** Of the node, the same for all items. */
	parameters?: IDataObject;
	items?: IDataObject[];
	/** Of single items, in place of those of the node. */
	parametersByItem?: IDataObject[];
	/** Of the workflow. */
	timezone?: string;
	/** As if 'On Error' were to continue. */
	continueOnFail?: boolean;
	/** The workflow, and n8n's database, in which its node has a lock over all processes; without them there is none. */
	saved?: { workflow: string; processedData: ProcessedData };
}

/** A run of the node against a server that answers by `answer`, without n8n's engine between. */
export function openExecution(
	answer: (request: SentRequest) => unknown = () => ({}),
	options: ExecutionOptions = {},
) {
	const { parameters = {}, parametersByItem, items = (parametersByItem ?? [{}]).map(() => ({})) } = options;
	const { continueOnFail = false, timezone = 'Europe/Moscow', saved } = options;
	const { context, sent } = makeContext(answer, options);
	const hints: string[] = [];
	const whole: IExecuteFunctions = Object.assign(context, {
		// One that is there counts as it is, as in n8n, also where an expression came to nothing.
		getNodeParameter: (name: string, index: number, preset: unknown) => {
			const form = { ...parameters, ...parametersByItem?.[index] };
			return name in form ? form[name] : preset;
		},
		getTimezone: () => timezone,
		getInputData: () => items.map((json) => ({ json })),
		continueOnFail: () => continueOnFail,
		// One that was never saved has no lock in n8n's database.
		getWorkflow: () => ({ active: false, ...(saved ? { id: saved.workflow } : {}) }),
		helpers: Object.assign(context.helpers, saved?.processedData),
		addExecutionHints: ({ message }: { message: string }) => void hints.push(message),
	}) as unknown as IExecuteFunctions;
	const run = new Execution(whole);
	return {
		run,
		sent,
		item: new Item(run, 0),
		parameters,
		/** What the user has been told. */
		hints: () => {
			run.showHints();
			return hints.splice(0);
		},
	};
}
