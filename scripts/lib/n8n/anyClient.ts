import pWaitFor from 'p-wait-for';
import { N8nClient } from './client';
import type { Execution, RawExecution } from './execution';
import { isFinal } from './execution';
import { RefusedRequest } from './session';
import type { SavedCredential, SavedWorkflow, Workflow } from './types';

/** The data of an execution of which nothing is saved yet. */
const NO_DATA = '[]';

/** Statuses with which an older n8n refuses a call that it does not know. */
const UNKNOWN_CALL_STATUSES = [404, 400, 500];

/**
 * A client that also speaks with older versions of n8n. They expect the whole workflow in the call
 * that runs it. They do not publish workflows: a workflow is active or not as soon as they answer.
 */
export class AnyN8nClient extends N8nClient {
	/** Waits first, because older versions say that they are ready before they are. */
	override async signIn() {
		const answers = async () => {
			try {
				await this.session.request('GET', '/rest/settings');
				return true;
			} catch {
				return false;
			}
		};
		await pWaitFor(answers, { interval: 200, timeout: 60_000 });
		await super.signIn();
	}

	/** Names the workflow inactive, because older versions do not do so by themselves. */
	override async importWorkflow(workflow: Workflow, credentials?: SavedCredential[]): Promise<SavedWorkflow> {
		const inactiveWorkflow = { ...workflow, active: false };
		return await super.importWorkflow(inactiveWorkflow, credentials);
	}

	override async runWorkflow(id: string, options: { timeout?: number } = {}): Promise<Execution> {
		return await tryNewThenOld(
			async () => await super.runWorkflow(id, options),
			async () => await this.runWholeWorkflow(id, options.timeout),
		);
	}

	/** Runs a workflow by sending it whole. */
	private async runWholeWorkflow(id: string, timeout?: number): Promise<Execution> {
		const workflowData = await this.session.request<SavedWorkflow>('GET', `/rest/workflows/${id}`);
		const trigger = workflowData.nodes.find(({ type }) => /trigger$/i.test(type));
		const { executionId } = await this.session.request<{ executionId: string }>(
			'POST',
			`/rest/workflows/${id}/run`,
			{ workflowData, triggerToStartFrom: { name: trigger?.name } },
		);
		return await this.waitForExecution(executionId, timeout);
	}

	/**
	 * Waits until the data of an execution are saved. Older versions save the status before the data.
	 * In between, n8n 2.20 answers 500 "Cannot read properties of undefined (reading 'resultData')".
	 */
	override async waitForExecution(id: string, timeout = 60_000): Promise<Execution> {
		const isSaved = async () => {
			const execution = await this.readExecutionIfSaved(id);
			return execution !== undefined && isFinal(execution);
		};
		await pWaitFor(isSaved, { interval: 200, timeout });
		return await super.waitForExecution(id, timeout);
	}

	private async readExecutionIfSaved(id: string): Promise<RawExecution | undefined> {
		try {
			const execution = await this.session.request<RawExecution>('GET', `/rest/executions/${id}`);
			const hasData = execution.data !== undefined && execution.data !== NO_DATA;
			return hasData ? execution : undefined;
		} catch (error) {
			if (!isRefused(error, [500])) throw error;
			return undefined;
		}
	}

	override async publishWorkflow(id: string) {
		await tryNewThenOld(
			async () => await super.publishWorkflow(id),
			async () => await this.setActive(id, true),
		);
	}

	override async unpublishWorkflow(id: string) {
		await tryNewThenOld(
			async () => await super.unpublishWorkflow(id),
			async () => await this.setActive(id, false),
		);
	}

	/**
	 * Activates or deactivates a workflow by changing it, as n8n 1 demands. An early n8n 2 has done it
	 * already, because only the call that waits for the publication has failed.
	 */
	private async setActive(id: string, active: boolean) {
		const workflow = await this.session.request<SavedWorkflow & { active: boolean }>(
			'GET',
			`/rest/workflows/${id}`,
		);
		if (workflow.active === active) return;
		await this.session.request('PATCH', `/rest/workflows/${id}`, {
			active,
			versionId: workflow.versionId,
		});
	}
}

/** Makes the call of the present n8n and, if n8n does not know it, that of older versions. */
async function tryNewThenOld<T>(callNew: () => Promise<T>, callOld: () => Promise<T>): Promise<T> {
	try {
		return await callNew();
	} catch (error) {
		if (!isRefused(error, UNKNOWN_CALL_STATUSES)) throw error;
		return await callOld();
	}
}

function isRefused(error: unknown, statuses: readonly number[]): boolean {
	return error instanceof RefusedRequest && statuses.includes(error.status);
}
