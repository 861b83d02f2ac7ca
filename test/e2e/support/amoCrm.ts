import Fastify from 'fastify';

/** A deal and who it is with. */
interface AmoDeal {
	id: number;
	name: string;
	contacts: Array<{ id: number; name: string; phone?: string; email?: string; is_main: boolean }>;
}

export const AMO_TOKEN = 'a-token';

/** The two calls of amoCRM's API v4 by which the contact of a deal is found, for whoever brings the token. */
export async function startAmoCrm(deals: readonly AmoDeal[]) {
	const app = Fastify({ forceCloseConnections: true });
	const contacts = deals.flatMap((deal) => deal.contacts);
	const idOf = (params: unknown) => Number((params as { id: string }).id);
	app.addHook('onRequest', async ({ headers }, reply) => {
		if (headers.authorization !== `Bearer ${AMO_TOKEN}`) await reply.code(401).send({});
	});
	app.get('/api/v4/leads/:id', async ({ params, query }, reply) => {
		const found = deals.find(({ id }) => id === idOf(params));
		if (found === undefined) return await reply.code(404).send({});
		const isWith = (query as { with?: string }).with === 'contacts';
		const embedded = found.contacts.map(({ id, is_main }) => ({ id, is_main }));
		return { id: found.id, name: found.name, _embedded: isWith ? { contacts: embedded } : {} };
	});
	app.get('/api/v4/contacts/:id', async ({ params }, reply) => {
		const found = contacts.find(({ id }) => id === idOf(params));
		if (found === undefined) return await reply.code(404).send({});
		const { id, name, phone, email } = found;
		const fields = Object.entries({ PHONE: phone, EMAIL: email })
			.filter(([, value]) => value !== undefined)
			.map(([field_code, value]) => ({ field_code, values: [{ value, enum_code: 'WORK' }] }));
		return { id, name, custom_fields_values: fields.length > 0 ? fields : null };
	});
	return { url: await app.listen({ port: 0, host: '127.0.0.1' }), close: async () => await app.close() };
}
