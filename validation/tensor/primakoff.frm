#-
* gamma(l) gamma*(q) -> G(k) off the current J of a nucleus: sum over polarisations of l (with -g) and of G.
* q.J = 0 (J = P + P'); w = l.J, jj = J.J, t = -q^2, N = n/(n.k), e = N.l, nn = N.N, JN = N.J.
Off statistics;
V l,k,q,J,N;
S M2,t,w,jj,JN,nn,e;
I mu,nu,rho,si,al,be;
CF P(symmetric);
G X = -(
   l(mu)*q(nu)*J(al) - l(mu)*J(nu)*q(al) - d_(al,mu)*q(nu)*l.J + d_(al,mu)*J(nu)*l.q
  +l(nu)*q(mu)*J(al) - l(nu)*J(mu)*q(al) - d_(al,nu)*q(mu)*l.J + d_(al,nu)*J(mu)*l.q
  -d_(mu,nu)*(l.q*J(al) - l.J*q(al))
 )*(
   l(rho)*q(si)*J(al) - l(rho)*J(si)*q(al) - d_(al,rho)*q(si)*l.J + d_(al,rho)*J(si)*l.q
  +l(si)*q(rho)*J(al) - l(si)*J(rho)*q(al) - d_(al,si)*q(rho)*l.J + d_(al,si)*J(rho)*l.q
  -d_(rho,si)*(l.q*J(al) - l.J*q(al))
 );
.sort
G Y = X*(P(mu,rho)*P(nu,si)-1/3*P(mu,nu)*P(rho,si));
.sort
Drop X;
repeat;
id once P(mu?,nu?) = -d_(mu,nu) + k(mu)*N(nu)+N(mu)*k(nu) - k(mu)*k(nu)*nn;
endrepeat;
.sort
id k = l+q;
.sort
id l.l = 0; id q.q = -t; id l.q = (M2+t)/2; id q.J = 0; id l.J = w; id J.J = jj;
id N.N = nn; id N.l = e; id N.q = 1-e; id N.J = JN;
B JN,w,jj;
Print +s;
.end
