// Reads a JSON list of [family, name] a line; answers with a list of address lists, or ["!code"].
const { lookup } = require('node:dns').promises;
const lines = require('node:readline').createInterface({ input: process.stdin });

const families = { unspec: 0, inet: 4, inet6: 6 };

async function answer([family, name]) {
  try {
    const found = await lookup(name, { all: true, verbatim: true, family: families[family] });
    return found.map(({ address }) => address);
  } catch (error) {
    return [`!${error.code}`];
  }
}

(async () => {
  for await (const line of lines) {
    const answers = [];
    for (const query of JSON.parse(line)) answers.push(await answer(query));
    process.stdout.write(`${JSON.stringify(answers)}\n`);
  }
})();
