import type { IDataObject, INodeParameters } from 'n8n-workflow';

/** A node as a file of a workflow has it. */
export interface WorkflowNode {
	id: string;
	name: string;
	type: string;
	typeVersion: number;
	position: number[];
	parameters: INodeParameters;
	/** By type. */
	credentials?: Record<string, CredentialReference>;
	disabled?: boolean;
	executeOnce?: boolean;
	onError?: string;
	retryOnFail?: boolean;
	maxTries?: number;
	/** Milliseconds. */
	waitBetweenTries?: number;
	notes?: string;
	webhookId?: string;
}

/** The file that the editor imports. */
export interface Workflow {
	id?: string;
	name: string;
	nodes: WorkflowNode[];
	connections: object;
	settings?: IDataObject;
}

export interface SavedWorkflow extends Workflow {
	id: string;
	versionId: string;
}

export interface CredentialReference {
	id: string | null;
	name: string;
}

export interface SavedCredential {
	id: string;
	name: string;
	type: string;
}
