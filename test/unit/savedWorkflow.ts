import type { IDataObject, INode, INodeTypes, IPollFunctions } from 'n8n-workflow';
import { deepCopy, Workflow } from 'n8n-workflow';

import { StoredState } from '../../nodes/AlfaCrm/trigger/state';

const nodeTypes = {
	getByNameAndVersion: () => ({ description: { properties: [] } }),
} as unknown as INodeTypes;

let lastWorkflowNumber = 0;

/** A workflow as n8n keeps it in its database, with its static data. */
export class SavedWorkflow {
	private id = nextWorkflowId();

	constructor(private staticData: IDataObject = {}) {}

	/** Loads the workflow into memory, as n8n does when it is published or executed. */
	load(): Workflow {
		return new Workflow({
			id: this.id,
			nodes: [],
			connections: {},
			active: true,
			nodeTypes,
			staticData: deepCopy(this.staticData),
		});
	}

	/** Loads the workflow in an n8n that was restarted, whose process knows nothing of the workflow. */
	loadAfterRestart(): Workflow {
		this.id = nextWorkflowId();
		return this.load();
	}

	/** Loads the workflow in another n8n process, which knows nothing of what this process has in memory. */
	loadInOtherProcess(): Workflow {
		const workflow = this.load();
		Object.defineProperty(workflow, 'id', { value: nextWorkflowId() });
		return workflow;
	}

	/** Saves all static data of a loaded workflow, as n8n does. */
	save({ staticData }: Workflow): void {
		this.staticData = deepCopy(staticData);
	}
}

function nextWorkflowId(): string {
	lastWorkflowNumber += 1;
	return `workflow ${lastWorkflowNumber}`;
}

interface SaveOptions {
	/** The account and event that the trigger watches. */
	event?: string;
	/** Whether the poll hands items over to n8n. */
	isReport?: boolean;
	/** Whether the poll may be the one that activates the trigger. */
	isActivation?: boolean;
}

/** A trigger node of a loaded workflow, which keeps its state between two polls. */
export class TriggerNode {
	private readonly node: INode;
	private readonly nodeData: IDataObject;
	private readonly context: IPollFunctions;

	/**
	 * @param row the row of n8n's database that keeps the state of the node with durable cursors; without a row, the
	 * static data of the node keep it
	 */
	constructor(workflow: Workflow, { id, name }: { id: string; name: string }, row?: IDataObject) {
		this.node = { id, name } as INode;
		this.nodeData = row ?? workflow.getStaticData('node', this.node);
		this.context = {
			getNode: () => this.node,
			getWorkflow: () => ({ id: workflow.id }),
			getWorkflowStaticData: () => workflow.getStaticData('global'),
		} as unknown as IPollFunctions;
	}

	/** Opens the stored state, as each poll does when it begins. */
	openState({ event = 'leads', isActivation = false }: SaveOptions = {}): StoredState {
		const watched = { eventDigest: event, checkState: () => undefined };
		return new StoredState(this.context, this.nodeData, watched, isActivation);
	}

	/** Saves a state, as each poll does when it ends. */
	saveState(eventSourceState: unknown, options: SaveOptions = {}): void {
		const { event = 'leads', isReport = false } = options;
		this.openState(options).save({ eventDigest: event, eventSourceState }, { hasItems: isReport });
	}

	/** Reads the state from which the next poll goes on; undefined if it begins without a state. */
	readState(): unknown {
		return this.openState().previous?.eventSourceState;
	}
}
