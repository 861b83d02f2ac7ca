'use strict';

const net = require('node:net');
const { Problem } = require('./problem.js');

const HOST = '127.0.0.1';

/**
 * @param {number} port 0 for any
 * @returns {Promise<number>} the port that could be bound; 0 when it could not
 */
function tryPort(port) {
	return new Promise((resolve) => {
		const server = net.createServer();
		server.once('error', () => resolve(0));
		server.listen(port, HOST, () => {
			const { port: bound } = /** @type {import('node:net').AddressInfo} */ (server.address());
			server.close(() => resolve(bound));
		});
	});
}

/** @returns {Promise<number>} a port that nobody uses at the moment */
async function freePort() {
	return await tryPort(0);
}

/**
 * @param {number} port
 * @param {string} what who wants the port
 * @param {string} flag how to choose another
 */
async function requireFree(port, what, flag) {
	if (await tryPort(port)) return;
	throw new Problem(
		`Port ${port} is taken, so ${what} cannot start there.\nStop what uses it, or choose another port with ${flag} <number>.`,
		{
			code: 'PORT_TAKEN',
		},
	);
}

module.exports = { HOST, freePort, requireFree };
