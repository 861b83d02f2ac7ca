import type { IDataObject } from 'n8n-workflow';

import type { N8nClient } from '../../../scripts/lib/n8n/client';

interface DataTable {
	id: string;
	name: string;
}

/** The data tables of n8n, through the calls that the editor makes. */
export class DataTables {
	private constructor(
		private readonly client: N8nClient,
		private readonly path: string,
	) {}

	/** Opens the data tables of the personal project. */
	static async open(client: N8nClient): Promise<DataTables> {
		const project = await client.session.request<{ id: string }>('GET', '/rest/projects/personal');
		return new DataTables(client, `/rest/projects/${project.id}/data-tables`);
	}

	/** Reads all rows of a table. Returns undefined if no table has the name. */
	async readRows(tableName: string): Promise<IDataObject[] | undefined> {
		const tableId = await this.findTableId(tableName);
		if (tableId === undefined) return undefined;

		const rowsPath = `${this.path}/${tableId}/rows?take=250`;
		const page = await this.client.session.request<{ data: IDataObject[] }>('GET', rowsPath);
		return page.data;
	}

	/** Deletes a table, if it exists. */
	async dropTable(tableName: string): Promise<void> {
		const tableId = await this.findTableId(tableName);
		if (tableId === undefined) return;

		await this.client.session.request('DELETE', `${this.path}/${tableId}`);
	}

	private async findTableId(tableName: string): Promise<string | undefined> {
		const tables = await this.client.session.request<{ data: DataTable[] }>('GET', this.path);
		return tables.data.find(({ name }) => name === tableName)?.id;
	}
}
