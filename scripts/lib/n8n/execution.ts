import { createRequire } from 'node:module';
import type { ExecutionError, IDataObject, INodeExecutionData, IRunData } from 'n8n-workflow';

/** The answer of /rest/executions/:id. */
export interface RawExecution {
	id: string;
	status: string;
	/** In the `flatted` format. */
	data?: string;
}

interface Result {
	error?: ExecutionError;
	lastNodeExecuted?: string;
	runData?: IRunData;
}

interface Flatted {
	parse: (text: string) => { resultData?: Result };
}

const FAILED = ['error', 'canceled', 'crashed'];
/** How executions end. */
export const STATUSES = { failed: FAILED, final: ['success', ...FAILED] };

export const isFinal = ({ status }: RawExecution) => STATUSES.final.includes(status);

/** The outcome of one execution, with the questions that a test or a script asks. */
export class Execution {
	readonly id: string;
	readonly status: string;
	readonly error?: ExecutionError;
	readonly lastNode?: string;
	readonly runData: IRunData;

	/** @param modules n8n's node_modules folder; its own copy of the library reads what n8n has saved */
	constructor({ id, status, data = '' }: RawExecution, modules: string) {
		this.id = String(id);
		this.status = status;
		const { parse } = createRequire(`${modules}/`)('flatted') as Flatted;
		const { error, lastNodeExecuted, runData = {} } = (data ? parse(data).resultData : undefined) ?? {};
		this.error = error;
		this.lastNode = lastNodeExecuted;
		this.runData = runData;
	}

	/**
	 * The items of the node's last run.
	 * @param output 1 is the error branch of a node that has one
	 */
	items(node: string, output = 0): INodeExecutionData[] {
		return this.runData[node]?.at(-1)?.data?.main?.[output] ?? [];
	}

	/** The json of each item. */
	outputs(node: string, output = 0): IDataObject[] {
		return this.items(node, output).map((item) => item.json);
	}
}
