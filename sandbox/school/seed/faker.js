/**
 * @faker-js/faker is published as an ES module only. Node can `require` it; Jest's module loader cannot
 * (before Node 24.9) and has to be led to Node's own.
 */
const { pathToFileURL } = require('node:url');
const { Script, constants } = require('node:vm');

const importWithNode = (file) =>
	new Script('(file) => import(file)', {
		importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
	}).runInThisContext()(file);

/** @returns {Promise<import('@faker-js/faker').Faker>} Russian names and words; still to be seeded */
exports.loadFaker = async () => {
	const name = '@faker-js/faker/locale/ru';
	try {
		return require(name).faker;
	} catch {
		return (await importWithNode(pathToFileURL(require.resolve(name)).href)).faker;
	}
};
