import type { IDataObject } from 'n8n-workflow';

import type { N8nClient } from '../../../scripts/lib/n8n/client';

interface Table {
	id: string;
	name: string;
}

/** n8n's own tables, as the editor sees them. */
export class DataTables {
	private constructor(
		private readonly client: N8nClient,
		private readonly path: string,
	) {}

	static async open(client: N8nClient): Promise<DataTables> {
		const { id } = (await client.session.request('GET', '/rest/projects/personal')) as { id: string };
		return new DataTables(client, `/rest/projects/${id}/data-tables`);
	}

	/** All rows, or undefined when there is no such table. */
	async readRows(name: string): Promise<IDataObject[] | undefined> {
		const id = await this.findTableId(name);
		if (id === undefined) return undefined;
		const rows = `${this.path}/${id}/rows?take=250`;
		return (await this.client.session.request<{ data: IDataObject[] }>('GET', rows)).data;
	}

	async dropTable(name: string): Promise<void> {
		const id = await this.findTableId(name);
		if (id !== undefined) await this.client.session.request('DELETE', `${this.path}/${id}`);
	}

	private async findTableId(name: string): Promise<string | undefined> {
		const tables = await this.client.session.request<{ data: Table[] }>('GET', this.path);
		return tables.data.find((table) => table.name === name)?.id;
	}
}
