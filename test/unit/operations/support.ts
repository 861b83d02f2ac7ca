import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { ProcessedData } from '../../../nodes/AlfaCrm/api/databaseRow';
import { Execution } from '../../../nodes/AlfaCrm/run/execution';
import { Item } from '../../../nodes/AlfaCrm/run/item';
import type { ContextOptions, SentRequest } from '../apiSupport';
import { connectClient } from '../apiSupport';

export interface ExecutionOptions extends ContextOptions {
	/** The parameters of the node, which all items share. */
	parameters?: IDataObject;
	/** The JSON of the input items. By default there is one item, or one for each of `parametersByItem`. */
	items?: IDataObject[];
	/** Parameters of single items, which replace those of the node. */
	parametersByItem?: IDataObject[];
	/** The time zone of the workflow. It is Moscow by default. */
	timezone?: string;
	/** Whether the node continues with the next item after an error, as 'On Error' says. */
	continueOnFail?: boolean;
	/**
	 * A workflow that n8n's database has saved, together with the database table in which the node keeps its lock over all
	 * n8n processes. By default the workflow was never saved, so there is no such lock.
	 */
	saved?: { workflow: string; processedData: ProcessedData };
}

/** Opens an execution of the node without n8n's engine. Its requests are answered by `answerRequest`. */
export function openExecution(
	answerRequest: (request: SentRequest) => unknown = () => ({}),
	options: ExecutionOptions = {},
) {
	const { parameters = {}, parametersByItem = [{}], continueOnFail = false } = options;
	const { items = parametersByItem.map(() => ({})), timezone = 'Europe/Moscow', saved } = options;
	const { context, sentRequests: sent } = connectClient(answerRequest, options);
	const shownHints: string[] = [];

	const executeFunctions = Object.assign(context, {
		// As in n8n, the fallback is only for a parameter that the form lacks, and not for one that is undefined.
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
		/** Shows the hints of the execution, and returns those that no earlier call has returned. */
		hints: (): string[] => {
			run.showHints();
			return shownHints.splice(0);
		},
	};
}
