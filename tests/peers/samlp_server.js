// An identity provider by samlp: everybody who asks is signed in. Run with its port, entity and folder of the key pair.
const http = require("http"), fs = require("fs"), url = require("url"), path = require("path");
const [port, acs, folder] = process.argv.slice(2);
const samlp = require(path.join(process.env.PEERS, "node_modules", "samlp"));
const answer = samlp.auth({
  issuer: `http://127.0.0.1:${port}/idp`,
  cert: fs.readFileSync(path.join(folder, "idp.crt"), "utf8"),
  key: fs.readFileSync(path.join(folder, "idp.key"), "utf8"),
  signResponse: true,
  getPostURL: (audience, request, req, callback) => callback(null, acs),
  getUserFromRequest: () => ({ id: "ana", displayName: "Ana", emails: [{ value: "ana@acme.example" }], name: {} }),
});
http.createServer((req, res) => {
  const asked = url.parse(req.url, true);
  req.query = asked.query;
  req.originalUrl = req.url;
  res.set = (name, value) => res.setHeader(name, value);
  res.send = (body) => res.end(body);
  if (!asked.query.SAMLRequest) { res.end("here"); return; }
  answer(req, res, (error) => { res.statusCode = 500; res.end(String(error && error.stack)); });
}).listen(Number(port), "127.0.0.1");
