import type { IDataObject } from 'n8n-workflow';

import type { N8nClient } from '../../../scripts/lib';

/** n8n's own tables, as the editor sees them. */
export class DataTables {
	private constructor(
		private readonly client: N8nClient,
		private readonly path: string,
	) {}

	static async of(client: N8nClient): Promise<DataTables> {
		const { id } = (await client.session.request('GET', '/rest/projects/personal')) as { id: string };
		return new DataTables(client, `/rest/projects/${id}/data-tables`);
	}

	/** All rows, or undefined when there is no such table. */
	async rows(name: string): Promise<IDataObject[] | undefined> {
		const id = await this.idOf(name);
		if (id === undefined) return undefined;
		const { data } = await this.client.session.request('GET', `${this.path}/${id}/rows?take=250`);
		return data as IDataObject[];
	}

	async drop(name: string): Promise<void> {
		const id = await this.idOf(name);
		if (id !== undefined) await this.client.session.request('DELETE', `${this.path}/${id}`);
	}

	private async idOf(name: string): Promise<string | undefined> {
		const { data } = await this.client.session.request('GET', this.path);
		return (data as Array<{ id: string; name: string }>).find((table) => table.name === name)?.id;
	}
}
