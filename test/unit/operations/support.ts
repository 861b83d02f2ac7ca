import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { ProcessedData } from '../../../nodes/AlfaCrm/api/databaseRow';
import { Execution } from '../../../nodes/AlfaCrm/run/execution';
import { Item } from '../../../nodes/AlfaCrm/run/item';
import type { ContextOptions, SentRequest } from '../apiSupport';
import { connectClient } from '../apiSupport';

export interface ExecutionOptions extends ContextOptions {
	/** The parameters of the node, the same for all items. */
	parameters?: IDataObject;
	/** The input items. By default there is one, or one for each of `parametersByItem`. */
	items?: IDataObject[];
	/** The parameters of single items, which go before those of the node. */
	parametersByItem?: IDataObject[];
	/** The time zone of the workflow; Moscow by default. */
	timezone?: string;
	/** Whether 'On Error' of the node is to continue. */
	continueOnFail?: boolean;
	/**
	 * The workflow in n8n's database, in which the node has a lock over all n8n processes. A workflow that was never saved has
	 * no such lock.
	 */
	saved?: { workflow: string; processedData: ProcessedData };
}

/** Opens an execution of the node without n8n's engine, against a server that answers by `answer`. */
export function openExecution(
	answer: (request: SentRequest) => unknown = () => ({}),
	options: ExecutionOptions = {},
) {
	const { parameters = {}, parametersByItem = [{}], continueOnFail = false } = options;
	const { items = parametersByItem.map(() => ({})), timezone = 'Europe/Moscow', saved } = options;
	const { context, sentRequests: sent } = connectClient(answer, options);
	const shownHints: string[] = [];

	const executeFunctions = Object.assign(context, {
		// As in n8n, a parameter that is there counts even if its expression gave nothing.
		getNodeParameter: (name: string, index: number, fallback: unknown) => {
			const form = { ...parameters, ...parametersByItem[index] };
			return name in form ? form[name] : fallback;
		},
		getTimezone: () => timezone,
		getInputData: () => items.map((json) => ({ json })),
		continueOnFail: () => continueOnFail,
		getWorkflow: () => (saved ? { active: false, id: saved.workflow } : { active: false }),
		helpers: Object.assign(context.helpers, saved?.processedData),
		addExecutionHints: ({ message }: { message: string }) => void shownHints.push(message),
	}) as unknown as IExecuteFunctions;
	const run = new Execution(executeFunctions);

	return {
		run,
		sent,
		/** The first item. */
		item: new Item(run, 0),
		parameters,
		/** Ends the execution and returns the hints that the user sees. A second call returns only later hints. */
		hints: (): string[] => {
			run.showHints();
			return shownHints.splice(0);
		},
	};
}
