// An identity provider of node, as its users set one up: express with a session, and samlp or samlify for the messages.
// Run with its name, port, service, ACS and the folder of the key pair. /login signs a browser in, /sso answers.
const fs = require("fs"), path = require("path");
const [name, port, entity, acs, folder] = process.argv.slice(2);
const installed = (it) => require(path.join(process.env.PEERS, "node_modules", it));
const pair = ["idp.key", "idp.crt"].map((it) => fs.readFileSync(path.join(folder, it), "utf8"));
const here = `http://127.0.0.1:${port}`;
const ANA = { id: "ana", displayName: "Ana Smith", emails: [{ value: "ana@acme.example" }], name: { familyName: "Smith", givenName: "Ana" } };

const answers = {
  samlp() {
    return installed("samlp").auth({
      issuer: `${here}/idp`, key: pair[0], cert: pair[1], signResponse: true,
      getPostURL: (audience, request, req, callback) => callback(null, audience === entity && acs),
      getUserFromRequest: (req) => req.session.user,
    });
  },

  samlify() {
    const samlify = installed("samlify"), { SamlLib } = samlify, urn = "urn:oasis:names:tc:SAML";
    samlify.setSchemaValidator({ validate: () => Promise.resolve("not looked at") });
    const attributes = ["full_name", "email", "roles"].map((it) => ({
      name: it, valueTag: it, nameFormat: `${urn}:2.0:attrname-format:basic`, valueXsiType: "xs:string",
    }));
    const idp = samlify.IdentityProvider({
      entityID: `${here}/idp`, privateKey: pair[0], signingCert: pair[1], isAssertionEncrypted: false,
      nameIDFormat: [`${urn}:1.1:nameid-format:emailAddress`],
      singleSignOnService: [{ Binding: `${urn}:2.0:bindings:HTTP-Redirect`, Location: `${here}/sso` }],
      loginResponseTemplate: { context: SamlLib.defaultLoginResponseTemplate.context, attributes },
    });
    const sp = samlify.ServiceProvider({
      entityID: entity, wantAssertionsSigned: true, wantMessageSigned: true, authnRequestsSigned: false,
      assertionConsumerService: [{ Binding: `${urn}:2.0:bindings:HTTP-POST`, Location: acs }],
    });
    return async (req, res) => {
      const asked = await idp.parseLoginRequest(sp, "redirect", req);
      const user = { email: req.session.user.emails[0].value };
      const filled = (template) => {
        const id = idp.entitySetting.generateID(), now = new Date(), end = new Date(now.getTime() + 300000).toISOString();
        return { id, context: SamlLib.replaceTagsByValue(template, {
          ID: id, AssertionID: idp.entitySetting.generateID(), Destination: acs, Audience: entity, SubjectRecipient: acs,
          AssertionConsumerServiceURL: acs, Issuer: `${here}/idp`, IssueInstant: now.toISOString(), NameID: user.email,
          ConditionsNotBefore: now.toISOString(), ConditionsNotOnOrAfter: end, SubjectConfirmationDataNotOnOrAfter: end,
          StatusCode: `${urn}:2.0:status:Success`, NameIDFormat: `${urn}:1.1:nameid-format:emailAddress`, AuthnStatement: "",
          InResponseTo: asked.extract.request.id, attrFullName: "Ana Smith", attrEmail: user.email, attrRoles: "agent",
        }) };
      };
      const answer = await idp.createLoginResponse(sp, asked, "post", user, filled);
      res.send(`<form method="post" action="${acs}"><input type="hidden" name="SAMLResponse" value="${answer.context}">` +
        `<input type="hidden" name="RelayState" value="${encodeURIComponent(req.query.RelayState)}"></form>`);
    };
  },
};

const app = installed("express")();
app.use(installed("express-session")({ secret: "only for this run", resave: false, saveUninitialized: false }));
app.get("/", (req, res) => res.send("here"));
app.get("/login", (req, res) => { req.session.user = ANA; res.send("signed in"); });
const answer = answers[name]();
app.get("/sso", (req, res, next) => (req.session.user ? answer(req, res, next) : res.sendStatus(401)));
app.listen(Number(port), "127.0.0.1");
