import type { IDataObject } from 'n8n-workflow';
import type { ApiClient } from '../../../nodes/AlfaCrm/api/client';
import { collect } from '../../../nodes/AlfaCrm/api/list';
import { readPage, type ListRequest } from '../../../nodes/AlfaCrm/api/pages';
import { canAnotherBranchHelp } from '../../../nodes/AlfaCrm/api/request';
import { entities } from '../../../nodes/AlfaCrm/entities/registry';
import type { AccountReading } from '../../../nodes/AlfaCrm/operations/account/check/accountReading';

/** How many rows of each list are read. */
const SAMPLE_SIZE = 100;

interface Place {
	/** Parameters of the path, such as the customer of subscriptions. */
	query?: IDataObject;
	/** The branch of the call; null for a path without a branch. By default the one that was read before. */
	branch?: number | null;
}

/** An AlfaCRM account of which only lists are requested, so that nothing in it changes. */
export class Account {
	private readonly readings = new Map<string, Promise<IDataObject[]>>();

	constructor(
		private readonly client: ApiClient,
		readonly reading: AccountReading,
	) {}

	/**
	 * Reads the first rows of a list, with archived records. The same list is requested only once.
	 *
	 * @throws NodeApiError if AlfaCRM refuses the list
	 */
	async readRows(path: string, body: IDataObject = {}, place: Place = {}): Promise<IDataObject[]> {
		const key = JSON.stringify([path, body, place]);
		const reading = this.readings.get(key) ?? this.requestRows(path, body, place);
		this.readings.set(key, reading);
		return await reading;
	}

	private async requestRows(path: string, body: IDataObject, place: Place): Promise<IDataObject[]> {
		const list = this.makeListRequest(path, place.branch);
		const listWithFilters = {
			...list,
			query: place.query,
			body: { ...list.body, ...body },
		};
		const { rows } = await collect(this.client, listWithFilters, { limit: SAMPLE_SIZE });
		return rows;
	}

	/** Reads one page of a list. Returns undefined if AlfaCRM refuses a value of the body. */
	async readPage(path: string, body: IDataObject) {
		const list = this.makeListRequest(path);
		const call = {
			...list,
			action: 'index',
			body: { page: 0, ...list.body, ...body },
			isIdempotent: true,
		};
		const answer = await this.client.attempt(
			call,
			({ kind, status }) => kind === 'refusal' || status === 400,
		);
		return answer && readPage(answer);
	}

	/** Checks whether AlfaCRM lists the branches, in a path with a branch or in one without. */
	async listsBranches(branch?: number): Promise<boolean> {
		const call = {
			path: 'branch',
			action: 'index',
			branch,
			task: 'list the branches',
			isIdempotent: true,
		};
		const answer = await this.client.attempt(call, canAnotherBranchHelp);
		return answer !== undefined;
	}

	private makeListRequest(path: string, branch: number | null = this.reading.branch): ListRequest {
		const entity = entities.find((candidate) => candidate.path === path);
		if (!entity) throw new Error(`There is no entity with the path "${path}"`);

		const needsBranch = branch !== null && entity.scope !== 'global';
		return {
			path,
			branch: needsBranch ? branch : undefined,
			body: { ...entity.hidden?.bodyShowingAll },
			task: `list ${path}`,
		};
	}
}
