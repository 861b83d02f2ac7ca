import pWaitFor from 'p-wait-for';
import { N8nClient } from './client';
import type { Execution, RawExecution } from './execution';
import { isFinal } from './execution';
import { RefusedRequest } from './session';
import type { SavedCredential, SavedWorkflow, Workflow } from './types';

/** An execution of which nothing is saved yet. */
const NOTHING = '[]';

/**
 * Speaks with older versions of n8n as well. Their interface takes the workflow with a call that runs it, and knows of no
 * publishing: a workflow is active or not, from the answer on.
 */
export class AnyN8nClient extends N8nClient {
	/** They say that they are ready before they are. */
	override async signIn() {
		const isThere = async () =>
			await this.session.request('GET', '/rest/settings').then(
				() => true,
				() => false,
			);
		await pWaitFor(isThere, { interval: 200, timeout: 60_000 });
		await super.signIn();
	}

	/** They do not say by themselves that it is not active. */
	override async importWorkflow(workflow: Workflow, credentials?: SavedCredential[]): Promise<SavedWorkflow> {
		const inactive = { ...workflow, active: false };
		return await super.importWorkflow(inactive, credentials);
	}

	override async runWorkflow(id: string, options: { timeout?: number } = {}): Promise<Execution> {
		return await this.tryNewThenOld(
			async () => await super.runWorkflow(id, options),
			async () => {
				const workflowData = await this.session.request<SavedWorkflow>('GET', `/rest/workflows/${id}`);
				const trigger = workflowData.nodes.find(({ type }) => /trigger$/i.test(type))?.name;
				const { executionId } = await this.session.request<{ executionId: string }>(
					'POST',
					`/rest/workflows/${id}/run`,
					{ workflowData, triggerToStartFrom: { name: trigger } },
				);
				return await this.waitForExecution(executionId, options.timeout);
			},
		);
	}

	/**
	 * They save how an execution ended before they save what it did. Asked for it in between, 2.20 looks into data that are not there
	 * yet and answers 500 "Cannot read properties of undefined (reading 'resultData')".
	 */
	override async waitForExecution(id: string, timeout = 60_000): Promise<Execution> {
		const isSaved = async () => {
			const raw = await this.session
				.request<RawExecution>('GET', `/rest/executions/${id}`)
				.catch((error: unknown) => {
					if (!isRefused(error, [500])) throw error;
				});
			return raw?.data !== undefined && raw.data !== NOTHING && isFinal(raw);
		};
		await pWaitFor(isSaved, { interval: 200, timeout });
		return await super.waitForExecution(id, timeout);
	}

	override async publishWorkflow(id: string) {
		await this.tryNewThenOld(
			async () => await super.publishWorkflow(id),
			async () => await this.setActive(id, true),
		);
	}

	override async unpublishWorkflow(id: string) {
		await this.tryNewThenOld(
			async () => await super.unpublishWorkflow(id),
			async () => await this.setActive(id, false),
		);
	}

	/** n8n 2 before it published in the background has calls of its own for it; n8n 1 has none. */
	private async setActive(id: string, active: boolean) {
		const saved = await this.session.request<SavedWorkflow & { active: boolean }>(
			'GET',
			`/rest/workflows/${id}`,
		);
		if (saved.active === active) return;
		await this.session.request('PATCH', `/rest/workflows/${id}`, { active, versionId: saved.versionId });
	}

	private async tryNewThenOld<T>(now: () => Promise<T>, before: () => Promise<T>): Promise<T> {
		try {
			return await now();
		} catch (error) {
			if (!isRefused(error, [404, 400, 500])) throw error;
			return await before();
		}
	}
}

const isRefused = (error: unknown, statuses: readonly number[]): boolean =>
	error instanceof RefusedRequest && statuses.includes(error.status);
