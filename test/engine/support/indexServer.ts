import Fastify from 'fastify';
import type { IDataObject } from 'n8n-workflow';

export interface IndexServer {
	url: string;
	/** Requests so far, by call as in "customer/index". */
	counts: Map<string, number>;
	/** Told of each request when it arrives. */
	onCall: (call: string, count: number) => void;
	/** Puts so many customers in place of all. */
	fill: (customers: number) => void;
	close: () => Promise<void>;
}

/** The last ten digits tell a number. */
const numberOf = (phone: unknown): string => String(phone).replace(/\D/g, '').slice(-10);

/** Customers in such numbers that a filter must not walk through all of them: found by an index of their phones. */
export async function startIndexServer(pageSize = 500): Promise<IndexServer> {
	const customers = new Map<number, IDataObject>();
	const byPhone = new Map<string, number[]>();
	const counts = new Map<string, number>();

	const put = (row: IDataObject) => {
		customers.set(Number(row.id), row);
		for (const phone of [row.phone ?? []].flat()) {
			const key = numberOf(phone);
			byPhone.set(key, [...new Set([...(byPhone.get(key) ?? []), Number(row.id)])]);
		}
	};
	const model = (id: number, values: IDataObject) => {
		put({ id, e_date: '2030-12-31', branch_ids: [1], ...customers.get(id), ...values });
		return { success: true, errors: [], model: customers.get(id) };
	};
	let all: IDataObject[] | undefined;
	const found = (id: number): IDataObject[] => {
		const row = customers.get(id);
		return row === undefined ? [] : [row];
	};
	const selected = ({ phone, id }: IDataObject): IDataObject[] => {
		if (id !== undefined) return found(Number(id));
		if (phone !== undefined) return (byPhone.get(numberOf(phone)) ?? []).flatMap(found);
		return (all ??= [...customers.values()]);
	};
	const paged = (rows: IDataObject[], page: number): IDataObject => {
		const items = rows.slice(page * pageSize, (page + 1) * pageSize);
		return { total: rows.length, count: items.length, page, items };
	};

	const answer = (call: string, query: IDataObject, body: IDataObject): IDataObject => {
		switch (call) {
			case 'auth/login':
				return { token: 'abc' };
			case 'branch/index':
				return paged([{ id: 1, name: 'Центральный' }], Number(body.page ?? 0));
			case 'customer/index':
				return paged(selected(body), Number(body.page ?? 0));
			case 'customer/create':
				all = undefined;
				return model(customers.size + 1, body);
			case 'customer/update':
				all = undefined;
				return model(Number(query.id), body);
			default:
				return { name: 'Not Found', message: `Нет такого: ${call}`, code: 0, status: 404 };
		}
	};
	const app = Fastify({ forceCloseConnections: true });
	app.all('*', async ({ url, query, body }) => {
		const [path] = url.split('?');
		const call = path.split('/').slice(-2).join('/');
		const count = (counts.get(call) ?? 0) + 1;
		counts.set(call, count);
		index.onCall(call, count);
		return answer(call, query as IDataObject, (body ?? {}) as IDataObject);
	});
	const index: IndexServer = {
		url: '',
		counts,
		onCall: () => {},
		fill: (count) => {
			all = undefined;
			customers.clear();
			byPhone.clear();
			for (let id = 1; id <= count; id++) {
				const phone = [`+7900${String(id).padStart(7, '0')}`];
				put({ id, name: `Клиент ${id}`, is_study: 1, phone, branch_ids: [1], e_date: '2030-12-31' });
			}
		},
		close: async () => await app.close(),
	};
	index.url = await app.listen({ port: 0, host: '127.0.0.1' });
	return index;
}
